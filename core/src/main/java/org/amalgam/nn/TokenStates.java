package org.amalgam.nn;

import org.amalgam.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** Picks the one state of a text that stands for it. */
public final class TokenStates {

    private TokenStates() {}

    /**
     * The state of one token a text.
     *
     * @param hidden [N, tokens, width]
     * @param positions N of them, each in [0, tokens)
     * @return [N, width]
     */
    public static Tensor at(Tensor hidden, long[] positions) {
        List<Tensor> states = new ArrayList<>();
        for (int i = 0; i < positions.length; i++) {
            states.add(hidden.select(0, i).select(0, positions[i]));
        }
        return Tensor.stack(states);
    }
}
