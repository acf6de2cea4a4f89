package org.amalgam.nn;

import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.Map;
import java.util.function.Supplier;

/**
 * Where a network finds its layers by name: made from weights, unless another layer stands in. Swapping a feed-forward layer
 * for a mixture of experts is one entry of the map; nothing is patched.
 *
 * @param weights the parameters of whatever is not replaced
 * @param replaced layers that stand in, by the name of what they replace: {@code …layers.0.mlp}, {@code …self_attn.q_proj}
 */
public record Layers(Weights weights, Map<String, Layer> replaced) {

    public Layers {
        replaced = Map.copyOf(replaced);
    }

    /** Nothing replaced. */
    public static Layers of(Weights weights) {
        return new Layers(weights, Map.of());
    }

    /** The parameter of that name. */
    public Tensor parameter(String name) {
        return weights.get(name);
    }

    /** {@code x W^T + b}, with {@code name.weight} and {@code name.bias}. */
    public Layer linear(String name) {
        return layer(name, () -> Linear.of(weights, name));
    }

    /** {@code x W + b}, with {@code name.weight} [in, out] and {@code name.bias}: what transformers calls Conv1D. */
    public Layer transposedLinear(String name) {
        return layer(name, () -> new Linear(parameter(name + ".weight").transpose(0, 1), parameter(name + ".bias")));
    }

    /** The layer that stands in under that name, or else the network's own. */
    public Layer layer(String name, Supplier<Layer> own) {
        Layer other = replaced.get(name);
        return other != null ? other : own.get();
    }

    public LayerNorm norm(String name, double epsilon) {
        return LayerNorm.of(weights, name, epsilon);
    }

    /** The feed-forward layer of that name; {@code up} and {@code down} name its linear maps. */
    public Layer feedForward(String name, String up, Activation activation, String down) {
        return layer(name, () -> new FeedForward(linear(up), activation, linear(down)));
    }
}
