package org.amalgam.mixture;

import org.amalgam.nn.Linear;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Task vectors as products of two thin matrices, {@code T_k = U_k V_k} of rank r (SVD compression, after Twin-Merging, Lu et al.,
 * NeurIPS 2024). All K of them are two products: V of all experts one above the other, the K r numbers a token scaled by their
 * expert's routing weight, U of all experts side by side. Merged weights are never made for a sample.
 *
 * @param base the ancestor's map
 * @param up U: [out, K r]
 * @param down V: [K r, in]
 * @param biases [K, out], not compressed
 * @param errors what each matrix lost, relative to it in the Frobenius norm
 */
public record LowRankExperts(Linear base, Tensor up, Tensor down, Tensor biases, List<Double> errors)
        implements Experts {

    public LowRankExperts {
        errors = List.copyOf(errors);
    }

    /** r. */
    long rank() {
        return down.size(0) / biases.size(0);
    }

    /** [..., K] to [..., K r]: each weight once for every row of its expert's V. */
    private Tensor spread(Tensor routing) {
        long samples = routing.elements() / biases.size(0);
        return routing.reshape(samples, biases.size(0), 1)
                .expand(samples, biases.size(0), rank())
                .reshape(samples, biases.size(0) * rank());
    }

    @Override
    public Linear merge(Tensor routing) {
        return Precision.full(() -> new Linear(
                base.weight().add(up.mul(spread(routing)).matmul(down)),
                base.bias().addMatrixVector(biases.transpose(0, 1), routing)));
    }

    @Override
    public Tensor apply(Tensor x, Tensor routing) {
        Tensor scale = spread(routing);
        Tensor inner = Functional.linear(x, down).mul(scale.reshape(scale.size(0), 1, scale.size(1)));
        Tensor bias = Precision.full(() -> routing.matmul(biases));
        return base.apply(x).add(Functional.linear(inner, up)).add(bias.reshape(bias.size(0), 1, bias.size(1)));
    }

    @Override
    public long parameters() {
        return up.elements() + down.elements() + biases.elements();
    }

    /** Scalars of the same experts as they were. */
    long uncompressed() {
        return biases.size(0) * (base.weight().elements() + base.bias().elements());
    }

    @Override
    public Weights tensors(String name) {
        Map<String, Tensor> parts = new LinkedHashMap<>();
        parts.put(name + ".base.weight", base.weight());
        parts.put(name + ".base.bias", base.bias());
        parts.put(name + ".up", up);
        parts.put(name + ".down", down);
        parts.put(name + ".bias", biases);
        return new Weights(parts);
    }
}
