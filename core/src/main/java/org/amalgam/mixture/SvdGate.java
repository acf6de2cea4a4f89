package org.amalgam.mixture;

import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;

/**
 * A router without parameters to learn (Tang et al., SMILE, 2024, section 3.2): a token goes to the experts in whose leading
 * right singular directions it lies most, {@code softmax_k ||V_k^T x||}.
 *
 * @param directions the experts' directions below each other [K gate_k, in], so that all norms come from one product
 * @param experts K
 * @param topK experts a token, 1 to K
 */
public record SvdGate(Tensor directions, int experts, int topK) {

    /** Lengths of the tokens' projections [T, K] for tokens [T, in]. */
    public Tensor norms(Tensor tokens) {
        return Functional.linear(tokens, directions)
                .reshape(tokens.size(0), experts, -1)
                .norm(2)
                .reshape(tokens.size(0), experts);
    }

    /** What each expert weighs for each token [T, K]: 0 for those that are not chosen, 1 in sum. */
    public Tensor routing(Tensor tokens) {
        Tensor all = Functional.softmax(norms(tokens));
        if (topK == experts) {
            return all;
        }
        Tensor chosen = Functional.largest(all, topK);
        return chosen.div(chosen.sum(1).reshape(-1, 1));
    }
}
