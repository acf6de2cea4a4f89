package org.amalgam.mixture;

import org.amalgam.nn.Linear;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

import java.util.List;
import java.util.function.Consumer;

/**
 * A {@link SmileLinear} whose tokens go to all experts, written about a routing a: {@code W_a x + b_a + sum_k (w_k(x) - a_k)
 * (D_k x + d_k)} with {@code W_a = W_0 + sum_k a_k D_k}. The first part is one product in float32. The sum is a small correction:
 * of a difference, by what a token's routing is off the middle. So bfloat16 is enough for its products, which are all but one of
 * the work and take a quarter of the time where the processor has instructions for them.
 *
 * @param middle W_a and b_a
 * @param routing a [1, K]
 * @param matrices D_k in bfloat16 [K, out, in]
 * @param biases d_k [K, out]
 */
record CentredLinear(Linear middle, Tensor routing, SvdGate gate, Tensor matrices, Tensor biases)
        implements RoutedLinear {

    /** The layer about that routing. */
    static CentredLinear of(SmileLinear layer, TokenExperts.Dense experts, List<Double> routing) {
        Tensor weight = layer.pretrained().weight().copy();
        float[] middle = new float[routing.size()];
        for (int k = 0; k < middle.length; k++) {
            middle[k] = routing.get(k).floatValue();
            weight.addInPlace(experts.matrices().select(0, k), middle[k]);
        }
        Tensor row = Tensor.of(middle, 1, middle.length);
        Tensor bias = layer.pretrained().bias().add(row.matmul(layer.biases()).flatten());
        return new CentredLinear(
                new Linear(weight, bias), row, layer.gate(), experts.matrices().to(DType.BF16), layer.biases());
    }

    @Override
    public Tensor apply(Tensor x, Consumer<Tensor> observer) {
        long[] shape = x.shape();
        Tensor tokens = x.reshape(-1, shape[shape.length - 1]);
        Tensor weights = gate.routing(tokens);
        observer.accept(weights);
        Tensor off = weights.sub(routing);
        Tensor rounded = tokens.to(DType.BF16);
        Tensor scales = off.to(DType.BF16);
        Tensor correction =
                rounded.mul(scales.slice(1, 0, 1)).matmul(matrices.select(0, 0).transpose(0, 1));
        for (int k = 1; k < gate.experts(); k++) {
            correction.addMatrixProductInPlace(
                    rounded.mul(scales.slice(1, k, 1)), matrices.select(0, k).transpose(0, 1));
        }
        Tensor output = middle.apply(tokens).add(off.matmul(biases)).add(correction);
        shape[shape.length - 1] = output.size(1);
        return output.reshape(shape);
    }
}
