package org.amalgam.model.clip;

import org.amalgam.AmalgamException;
import org.amalgam.model.ParameterSpec;
import org.amalgam.nn.Activation;
import org.amalgam.nn.Attention;
import org.amalgam.nn.Block;
import org.amalgam.nn.FeedForward;
import org.amalgam.nn.LayerNorm;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The stack of blocks that CLIP's two towers share. */
public record TransformerConfig(int width, int mlpWidth, int layers, int heads, double epsilon, Activation activation) {

    static TransformerConfig of(Keys keys, int width, int mlpWidth, int layers, int heads) {
        TransformerConfig read = new TransformerConfig(
                keys.integer("hidden_size", width),
                keys.integer("intermediate_size", mlpWidth),
                keys.integer("num_hidden_layers", layers),
                keys.integer("num_attention_heads", heads),
                keys.number("layer_norm_eps", 1e-5),
                Activation.of(keys.text("hidden_act", "quick_gelu"), keys.where()));
        if (read.width % read.heads != 0) {
            throw new AmalgamException(keys.where() + ": hidden_size " + read.width
                    + " is not a multiple of num_attention_heads " + read.heads);
        }
        return read;
    }

    static List<ParameterSpec> norm(String name, int width) {
        return List.of(ParameterSpec.of(name + ".weight", width), ParameterSpec.of(name + ".bias", width));
    }

    private static List<ParameterSpec> linear(String name, int out, int in) {
        return List.of(ParameterSpec.of(name + ".weight", out, in), ParameterSpec.of(name + ".bias", out));
    }

    /** In module order: k before v before q, and the first norm after the attention. */
    List<ParameterSpec> parameters(String prefix) {
        List<ParameterSpec> specs = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            String block = prefix + layer;
            for (String projection : List.of("k_proj", "v_proj", "q_proj", "out_proj")) {
                specs.addAll(linear(block + ".self_attn." + projection, width, width));
            }
            specs.addAll(norm(block + ".layer_norm1", width));
            specs.addAll(linear(block + ".mlp.fc1", mlpWidth, width));
            specs.addAll(linear(block + ".mlp.fc2", width, mlpWidth));
            specs.addAll(norm(block + ".layer_norm2", width));
        }
        return specs;
    }

    List<Block> blocks(Weights weights, String prefix, boolean causal) {
        return IntStream.range(0, layers)
                .mapToObj(layer -> block(weights, prefix + layer, causal))
                .toList();
    }

    private Block block(Weights weights, String name, boolean causal) {
        return new Block(
                LayerNorm.of(weights, name + ".layer_norm1", epsilon),
                Attention.of(weights, name + ".self_attn", heads, causal),
                LayerNorm.of(weights, name + ".layer_norm2", epsilon),
                FeedForward.of(weights, name + ".mlp", activation));
    }

    double forwardFlops(int tokens) {
        double projections = 2.0 * tokens * (4.0 * width * width + 2.0 * width * mlpWidth);
        double attention = 2.0 * 2.0 * tokens * tokens * width;
        return layers * (projections + attention);
    }

    /** What a block keeps for its backward pass, in widths of a token: norms, projections, sums 10; scaled up, activation 2 mlp. */
    long activationBytes(int tokens) {
        return (long) layers * tokens * (10L * width + 2L * mlpWidth) * Float.BYTES;
    }
}
