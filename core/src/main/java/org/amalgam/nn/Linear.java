package org.amalgam.nn;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

/** {@code x W^T + b}; weight [out, in], bias [out]. */
public record Linear(Tensor weight, Tensor bias) implements Layer {

    /** The layer whose parameters are {@code prefix.weight} and {@code prefix.bias}. */
    public static Linear of(Weights weights, String prefix) {
        return new Linear(weights.get(prefix + ".weight"), weights.get(prefix + ".bias"));
    }

    @Override
    public Tensor apply(Tensor x) {
        return Functional.linear(x, weight, bias);
    }

    @Override
    public Linear rounded(DType type) {
        return new Linear(weight.to(type), bias);
    }
}
