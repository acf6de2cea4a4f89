package org.amalgam.model.clip;

import org.amalgam.AmalgamException;
import org.amalgam.model.AttentionSpec;
import org.amalgam.model.FeedForwardSpec;
import org.amalgam.model.Keys;
import org.amalgam.model.LinearSpec;
import org.amalgam.model.ParameterSpec;
import org.amalgam.model.TransformerShape;
import org.amalgam.nn.Activation;
import org.amalgam.nn.Attention;
import org.amalgam.nn.Block;
import org.amalgam.nn.Layers;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The stack of blocks that CLIP's two towers share. */
public record TransformerConfig(int width, int mlpWidth, int layers, int heads, double epsilon, Activation activation) {

    private static final List<String> LINEARS = List.of(
            ".self_attn.k_proj",
            ".self_attn.v_proj",
            ".self_attn.q_proj",
            ".self_attn.out_proj",
            ".mlp.fc1",
            ".mlp.fc2");

    static TransformerConfig of(Keys keys, int width, int mlpWidth, int layers, int heads) {
        TransformerConfig read = new TransformerConfig(
                keys.integer("hidden_size", width),
                keys.integer("intermediate_size", mlpWidth),
                keys.integer("num_hidden_layers", layers),
                keys.integer("num_attention_heads", heads),
                keys.number("layer_norm_eps", 1e-5),
                Activation.of(keys.text("hidden_act", "quick_gelu"), keys.where(), "hidden_act"));
        if (read.width % read.heads != 0) {
            throw new AmalgamException(keys.where() + ": hidden_size " + read.width
                    + " is not a multiple of num_attention_heads " + read.heads);
        }
        return read;
    }

    /** In module order: k before v before q, and the first norm after the attention. */
    List<ParameterSpec> parameters(String prefix) {
        List<ParameterSpec> specs = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            String block = prefix + layer;
            for (String projection : List.of("k_proj", "v_proj", "q_proj", "out_proj")) {
                specs.addAll(ParameterSpec.linear(block + ".self_attn." + projection, width, width));
            }
            specs.addAll(ParameterSpec.norm(block + ".layer_norm1", width));
            specs.addAll(ParameterSpec.linear(block + ".mlp.fc1", mlpWidth, width));
            specs.addAll(ParameterSpec.linear(block + ".mlp.fc2", width, mlpWidth));
            specs.addAll(ParameterSpec.norm(block + ".layer_norm2", width));
        }
        return specs;
    }

    /** The feed-forward layers, first block first. */
    List<FeedForwardSpec> feedForwards(String prefix) {
        return IntStream.range(0, layers)
                .mapToObj(layer -> prefix + layer + ".mlp")
                .map(name -> new FeedForwardSpec(
                        name, new LinearSpec(name + ".fc1"), activation, new LinearSpec(name + ".fc2")))
                .toList();
    }

    /** The attention layers, first block first. */
    List<AttentionSpec> attentions(String prefix) {
        List<ParameterSpec> parameters = parameters(prefix);
        return IntStream.range(0, layers)
                .mapToObj(layer -> AttentionSpec.of(prefix + layer + ".self_attn", parameters))
                .toList();
    }

    /** Every linear map of every block, in the order of the parameters. */
    List<LinearSpec> linears(String prefix) {
        List<LinearSpec> linears = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            for (String map : LINEARS) {
                linears.add(new LinearSpec(prefix + layer + map));
            }
        }
        return linears;
    }

    List<Block> blocks(Layers layers, String prefix, boolean causal) {
        return IntStream.range(0, this.layers)
                .mapToObj(layer -> block(layers, prefix + layer, causal))
                .toList();
    }

    private Block block(Layers layers, String name, boolean causal) {
        String mlp = name + ".mlp";
        return new Block(
                layers.norm(name + ".layer_norm1", epsilon),
                Attention.of(layers, name + ".self_attn", heads, causal),
                layers.norm(name + ".layer_norm2", epsilon),
                layers.feedForward(mlp, mlp + ".fc1", activation, mlp + ".fc2"));
    }

    TransformerShape shape() {
        return new TransformerShape(width, mlpWidth, layers);
    }
}
