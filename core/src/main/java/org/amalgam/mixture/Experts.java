package org.amalgam.mixture;

import org.amalgam.nn.Linear;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

/**
 * A linear map of the ancestor and the K task vectors to it: {@code W = W_0 + sum_k w_k T_k}, and the bias likewise. What the
 * routing weights w are, whoever asks says; how the task vectors are held, the implementation.
 */
public sealed interface Experts permits DenseExperts, LowRankExperts, SparseExperts {

    /**
     * The map for one routing, differentiable in it.
     *
     * @param routing [K], float32
     */
    Linear merge(Tensor routing);

    /**
     * Every sample through a map of its own.
     *
     * @param x [N, tokens, in]
     * @param routing [N, K], float32
     * @return [N, tokens, out]
     */
    Tensor apply(Tensor x, Tensor routing);

    /** Scalars of the task vectors, without the ancestor's map: what the experts cost. */
    long parameters();

    /**
     * The tensors that it is made of, for a file.
     *
     * @param name the linear map's
     */
    Weights tensors(String name);
}
