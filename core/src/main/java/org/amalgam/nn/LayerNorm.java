package org.amalgam.nn;

import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

/** Normalisation over the last dimension; weight and bias [width]. */
public record LayerNorm(Tensor weight, Tensor bias, double epsilon) implements Layer {

    /** The layer whose parameters are {@code prefix.weight} and {@code prefix.bias}. */
    public static LayerNorm of(Weights weights, String prefix, double epsilon) {
        return new LayerNorm(weights.get(prefix + ".weight"), weights.get(prefix + ".bias"), epsilon);
    }

    @Override
    public Tensor apply(Tensor x) {
        return Functional.layerNorm(x, weight, bias, epsilon);
    }
}
