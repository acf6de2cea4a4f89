package org.amalgam.mixture;

import org.amalgam.nn.Layer;
import org.amalgam.nn.Linear;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A linear map upscaled to a sparse mixture of experts (Tang et al., SMILE, 2024): {@code W_0 x + b_0 + sum_k w_k(x) (D_k x +
 * d_k)}, where each token x has weights w of its own from an {@link SvdGate}.
 *
 * @param pretrained W_0 and b_0
 * @param experts D_k, the differences of the fine-tuned matrices to W_0, dense or at low rank
 * @param biases d_k, the differences of the biases [K, out]
 */
public record SmileLinear(Linear pretrained, SvdGate gate, TokenExperts experts, Tensor biases) implements Layer {

    /** Hidden states [..., in] to hidden states [..., out]. */
    @Override
    public Tensor apply(Tensor x) {
        return apply(x, routing -> {});
    }

    /** The layer that tells an observer, under its name, how each token was routed. */
    public Layer observed(String name, RoutingObserver observer) {
        return x -> apply(x, routing -> observer.routed(name, routing));
    }

    private Tensor apply(Tensor x, java.util.function.Consumer<Tensor> observer) {
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
