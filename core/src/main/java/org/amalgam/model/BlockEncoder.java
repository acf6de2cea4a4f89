package org.amalgam.model;

import org.amalgam.nn.Layer;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

import java.util.List;

/**
 * An encoder that is a stack of blocks, so that hidden states can travel through it block by block while the blocks are made,
 * used and released one at a time.
 */
public interface BlockEncoder extends Encoder {

    /** Inputs to the first block's hidden states [N, tokens, width]. */
    Tensor embed(Tensor inputs);

    /** The blocks, first to last. */
    List<? extends Layer> blocks();

    /** The last block's hidden states to one feature vector a sample [N, width]. */
    Tensor readOut(Tensor hidden);

    /** The last block's hidden states [N, tokens, width]. */
    default Tensor hiddenStates(Tensor inputs) {
        Tensor hidden = embed(inputs);
        for (Layer block : blocks()) {
            // What no backward pass needs ends with the block, and the next one finds its memory still warm.
            try (Scope scope = Scope.open()) {
                hidden = scope.keep(block.apply(hidden));
            }
        }
        return hidden;
    }

    @Override
    default Tensor features(Tensor inputs) {
        return readOut(hiddenStates(inputs));
    }
}
