package org.amalgam.model.openclip;

import org.amalgam.AmalgamException;
import org.amalgam.model.AttentionSpec;
import org.amalgam.model.FeedForwardSpec;
import org.amalgam.model.LinearSpec;
import org.amalgam.model.ParameterSpec;
import org.amalgam.model.TransformerShape;
import org.amalgam.nn.Activation;
import org.amalgam.nn.Block;
import org.amalgam.nn.FusedAttention;
import org.amalgam.nn.Layers;
import org.amalgam.nn.Linear;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The stack of residual attention blocks that OpenCLIP's two towers share; every layer norm's epsilon is 1e-5. */
public record OpenClipBlocks(TransformerShape shape, int heads, Activation activation) {

    static final double EPSILON = 1e-5;

    /**
     * The blocks whose names begin with {@code prefix} and their number.
     *
     * @param heads of a block of this width
     */
    static OpenClipBlocks of(TensorShapes shapes, String prefix, int width, int heads, Activation activation) {
        int layers = 0;
        while (shapes.has(prefix + layers + ".ln_1.weight")) {
            layers++;
        }
        if (layers == 0) {
            throw new AmalgamException(
                    shapes.where() + ": there is no block " + prefix + "0, which a transformer begins with");
        }
        int mlpWidth = shapes.length(prefix + "0.mlp.c_fc.weight", 0, 2);
        return new OpenClipBlocks(new TransformerShape(width, mlpWidth, layers), heads, activation);
    }

    /** In module order: norm, attention, norm, feed-forward. */
    List<ParameterSpec> parameters(String prefix) {
        int width = shape.width();
        List<ParameterSpec> specs = new ArrayList<>();
        names(prefix).forEach(block -> {
            specs.addAll(ParameterSpec.norm(block + ".ln_1", width));
            specs.add(ParameterSpec.of(block + ".attn.in_proj_weight", 3L * width, width));
            specs.add(ParameterSpec.of(block + ".attn.in_proj_bias", 3L * width));
            specs.addAll(ParameterSpec.linear(block + ".attn.out_proj", width, width));
            specs.addAll(ParameterSpec.norm(block + ".ln_2", width));
            specs.addAll(ParameterSpec.linear(block + ".mlp.c_fc", shape.mlpWidth(), width));
            specs.addAll(ParameterSpec.linear(block + ".mlp.c_proj", width, shape.mlpWidth()));
        });
        return specs;
    }

    List<FeedForwardSpec> feedForwards(String prefix) {
        return names(prefix)
                .map(block -> block + ".mlp")
                .map(mlp -> new FeedForwardSpec(
                        mlp, new LinearSpec(mlp + ".c_fc"), activation, new LinearSpec(mlp + ".c_proj")))
                .toList();
    }

    List<AttentionSpec> attentions(String prefix) {
        List<ParameterSpec> parameters = parameters(prefix);
        return names(prefix)
                .map(block -> AttentionSpec.of(block + ".attn", parameters))
                .toList();
    }

    /** The linear maps; the fused projection of query, key and value is none of them. */
    List<LinearSpec> linears(String prefix) {
        return names(prefix)
                .flatMap(block ->
                        Stream.of(".attn.out_proj", ".mlp.c_fc", ".mlp.c_proj").map(map -> new LinearSpec(block + map)))
                .toList();
    }

    List<Block> blocks(Layers layers, String prefix, boolean causal) {
        return names(prefix).map(block -> block(layers, block, causal)).toList();
    }

    private Block block(Layers layers, String name, boolean causal) {
        String attention = name + ".attn";
        String mlp = name + ".mlp";
        return new Block(
                layers.norm(name + ".ln_1", EPSILON),
                new FusedAttention(
                        new Linear(
                                layers.parameter(attention + ".in_proj_weight"),
                                layers.parameter(attention + ".in_proj_bias")),
                        layers.linear(attention + ".out_proj"),
                        heads,
                        causal),
                layers.norm(name + ".ln_2", EPSILON),
                layers.feedForward(mlp, mlp + ".c_fc", activation, mlp + ".c_proj"));
    }

    private Stream<String> names(String prefix) {
        return Stream.iterate(0, layer -> layer + 1).limit(shape.layers()).map(layer -> prefix + layer);
    }
}
