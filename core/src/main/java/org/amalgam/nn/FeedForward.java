package org.amalgam.nn;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

/** The multi-layer perceptron of a transformer block: up, activation, down. */
public record FeedForward(Layer up, Activation activation, Layer down) implements Layer {

    @Override
    public Tensor apply(Tensor x) {
        return down.apply(activation.apply(up.apply(x)));
    }

    @Override
    public FeedForward rounded(DType type) {
        return new FeedForward(up.rounded(type), activation, down.rounded(type));
    }
}
