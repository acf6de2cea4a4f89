package org.amalgam.mixture;

import org.amalgam.nn.Linear;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A linear map upscaled to a sparse mixture of experts (Tang et al., SMILE, 2024): {@code W_0 x + b_0 + sum_k w_k(x) (D_k x +
 * d_k)}, where each token x has weights w of its own from an {@link SvdGate}.
 *
 * @param pretrained W_0 and b_0
 * @param experts D_k, the differences of the fine-tuned matrices to W_0, dense or at low rank
 * @param biases d_k, the differences of the biases [K, out]
 */
public record SmileLinear(Linear pretrained, SvdGate gate, TokenExperts experts, Tensor biases)
        implements RoutedLinear {

    @Override
    public Tensor apply(Tensor x, Consumer<Tensor> observer) {
        long[] shape = x.shape();
        Tensor tokens = x.reshape(-1, shape[shape.length - 1]);
        Tensor routing = gate.routing(tokens);
        observer.accept(routing);
        Tensor output = Functional.linear(tokens, pretrained.weight(), pretrained.bias())
                .add(experts.apply(tokens, routing))
                .add(routing.matmul(biases));
        shape[shape.length - 1] = output.size(1);
        return output.reshape(shape);
    }

    /**
     * The same map about a routing that its tokens have on average, most of its work in bfloat16; see {@link CentredLinear}.
     *
     * @param routing one weight an expert, 1 in sum
     * @throws IllegalStateException if the experts are not dense, or a token does not go to all of them
     */
    public RoutedLinear about(List<Double> routing) {
        if (experts instanceof TokenExperts.Dense dense && gate.topK() == gate.experts()) {
            return CentredLinear.of(this, dense, routing);
        }
        throw new IllegalStateException("only a dense mixture of all experts has a middle: " + gate + ", " + experts);
    }

    /** The gate and the experts by name, for a file; the pre-trained map is among the base weights. */
    Weights parts(String name) {
        Map<String, Tensor> parts = new LinkedHashMap<>();
        parts.put(name + GATE, gate.directions());
        experts.parts().entries().forEach((part, tensor) -> parts.put(name + EXPERTS + part, tensor));
        parts.put(name + EXPERTS + "biases", biases);
        return new Weights(parts);
    }

    static final String GATE = ".gate";
    static final String EXPERTS = ".experts.";

    /** The layer of what {@link #parts} gave. */
    static SmileLinear of(String name, Linear pretrained, Weights parts, int topK) {
        Tensor biases = parts.get(name + EXPERTS + "biases");
        Tensor dense = parts.entries().get(name + EXPERTS + "matrices");
        TokenExperts experts = dense != null
                ? new TokenExperts.Dense(dense)
                : new TokenExperts.Truncated(parts.get(name + EXPERTS + "left"), parts.get(name + EXPERTS + "right"));
        SvdGate gate = new SvdGate(parts.get(name + GATE), Math.toIntExact(biases.size(0)), topK);
        return new SmileLinear(pretrained, gate, experts, biases);
    }
}
