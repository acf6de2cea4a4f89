package org.amalgam.nn;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.random.RandomGenerator;

/** {@code x W^T + b}; weight [out, in], bias [out]. */
public record Linear(Tensor weight, Tensor bias) implements Layer {

    private static final double DEVIATION = 0.01;

    /** The layer whose parameters are {@code prefix.weight} and {@code prefix.bias}. */
    public static Linear of(Weights weights, String prefix) {
        return new Linear(weights.get(prefix + ".weight"), weights.get(prefix + ".bias"));
    }

    /** A matrix [out, in] from which a router's learning starts: normal with deviation 0.01, as the reference's routers. */
    public static Tensor start(RandomGenerator random, int out, int in) {
        float[] values = new float[out * in];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (DEVIATION * random.nextGaussian());
        }
        return Tensor.of(values, out, in);
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
