package org.amalgam.nn;

import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

/** The multi-layer perceptron of a transformer block: up, activation, down. */
public record FeedForward(Layer up, Activation activation, Layer down) implements Layer {

    /** The layer whose maps are {@code prefix.fc1} and {@code prefix.fc2}. */
    public static FeedForward of(Weights weights, String prefix, Activation activation) {
        return new FeedForward(Linear.of(weights, prefix + ".fc1"), activation, Linear.of(weights, prefix + ".fc2"));
    }

    @Override
    public Tensor apply(Tensor x) {
        return down.apply(activation.apply(up.apply(x)));
    }
}
