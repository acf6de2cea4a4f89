package org.amalgam.merge;

import org.amalgam.tensor.Weights;

/** {@code theta_0 + T^t lambda} of K task vectors, wherever they are. */
public interface LinearMerge {

    /** Number of tasks, K. */
    int tasks();

    /** Number of parameter tensors, L: what the field calls layers in "layer-wise". */
    int layers();

    /** {@code theta_0 + T^t lambda}, float32, differentiable in lambda by {@link Weights#backward}. */
    Weights merge(Coefficients coefficients);
}
