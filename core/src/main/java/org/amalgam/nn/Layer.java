package org.amalgam.nn;

import org.amalgam.tensor.Tensor;

/** A function from hidden states [N, tokens, width] to hidden states. Layers are views: they own no tensor and keep no state. */
@FunctionalInterface
public interface Layer {
    Tensor apply(Tensor x);
}
