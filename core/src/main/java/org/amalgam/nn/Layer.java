package org.amalgam.nn;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

/** A function from hidden states [N, tokens, width] to hidden states. Layers are views: they own no tensor and keep no state. */
@FunctionalInterface
public interface Layer {
    Tensor apply(Tensor x);

    /**
     * The same function for passes that record nothing, with its matrices rounded to the type in which their products compute: once,
     * in the scope that is open, instead of at every pass. A layer that needs its matrices as they are stays as it is.
     */
    default Layer rounded(DType type) {
        return this;
    }
}
