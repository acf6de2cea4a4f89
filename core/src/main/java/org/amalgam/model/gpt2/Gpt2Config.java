package org.amalgam.model.gpt2;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.model.Architecture;
import org.amalgam.model.AttentionSpec;
import org.amalgam.model.Encoder;
import org.amalgam.model.FeatureSpec;
import org.amalgam.model.FeedForwardSpec;
import org.amalgam.model.Keys;
import org.amalgam.model.LinearSpec;
import org.amalgam.model.ParameterSpec;
import org.amalgam.model.TokenIds;
import org.amalgam.model.TransformerShape;
import org.amalgam.nn.Activation;
import org.amalgam.nn.Block;
import org.amalgam.nn.FusedAttention;
import org.amalgam.nn.Layers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * GPT-2 (Radford et al., 2019) of any size, as transformers' {@code GPT2Model} names it.
 *
 * @param positions the longest text in tokens
 */
public record Gpt2Config(
        int vocabulary, int positions, TransformerShape shape, int heads, double epsilon, Activation activation)
        implements Architecture {

    private static final String BLOCKS = "h.";

    /**
     * Reads {@code config.json}.
     *
     * @param where the file, for errors
     * @throws AmalgamException if a key is wrong, or asks for attention that is scaled in another way
     */
    public static Gpt2Config of(JsonNode config, String where) {
        Keys keys = new Keys(config, where);
        require(config.path("scale_attn_weights").asBoolean(true), where, "scale_attn_weights", true);
        for (String key : List.of("scale_attn_by_inverse_layer_idx", "add_cross_attention")) {
            require(!config.path(key).asBoolean(false), where, key, false);
        }
        int width = keys.integer("n_embd", 768);
        Gpt2Config read = new Gpt2Config(
                keys.integer("vocab_size", 50257),
                keys.integer("n_positions", 1024),
                new TransformerShape(width, keys.integer("n_inner", 4 * width), keys.integer("n_layer", 12)),
                keys.integer("n_head", 12),
                keys.number("layer_norm_epsilon", 1e-5),
                Activation.of(keys.text("activation_function", "gelu_new"), where, "activation_function"));
        if (width % read.heads != 0) {
            throw new AmalgamException(where + ": n_embd " + width + " is not a multiple of n_head " + read.heads);
        }
        return read;
    }

    private static void require(boolean so, String where, String key, boolean expected) {
        if (!so) {
            throw new AmalgamException(
                    where + ": " + key + " is " + !expected + ", expected " + expected + " as in GPT-2's own models");
        }
    }

    @Override
    public String describe() {
        return "GPT-2, %d blocks of width %d".formatted(shape.layers(), shape.width());
    }

    @Override
    public List<ParameterSpec> parameters() {
        int width = shape.width();
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(ParameterSpec.of("wte.weight", vocabulary, width));
        specs.add(ParameterSpec.of("wpe.weight", positions, width));
        for (String block : names().toList()) {
            specs.addAll(ParameterSpec.norm(block + ".ln_1", width));
            specs.addAll(linear(block + ".attn.c_attn", width, 3 * width));
            specs.addAll(linear(block + ".attn.c_proj", width, width));
            specs.addAll(ParameterSpec.norm(block + ".ln_2", width));
            specs.addAll(linear(block + ".mlp.c_fc", width, shape.mlpWidth()));
            specs.addAll(linear(block + ".mlp.c_proj", shape.mlpWidth(), width));
        }
        specs.addAll(ParameterSpec.norm("ln_f", width));
        return specs;
    }

    /** What transformers calls Conv1D: the matrix is stored [in, out]. */
    private static List<ParameterSpec> linear(String name, int in, int out) {
        return List.of(ParameterSpec.of(name + ".weight", in, out), ParameterSpec.of(name + ".bias", out));
    }

    private Stream<String> names() {
        return IntStream.range(0, shape.layers()).mapToObj(layer -> BLOCKS + layer);
    }

    /** The network with all that it computes. */
    public Gpt2 network(Layers layers) {
        return new Gpt2(
                layers.parameter("wte.weight"),
                layers.parameter("wpe.weight"),
                names().map(block -> block(layers, block)).toList(),
                layers.norm("ln_f", epsilon));
    }

    @Override
    public Map<String, Object> computation() {
        return Map.of("n_head", heads, "layer_norm_epsilon", epsilon, "activation_function", activation.label());
    }

    @Override
    public Encoder encoder(Layers layers) {
        return network(layers);
    }

    private Block block(Layers layers, String name) {
        return new Block(
                layers.norm(name + ".ln_1", epsilon),
                new FusedAttention(
                        map(name + ".attn.c_attn").in(layers),
                        map(name + ".attn.c_proj").in(layers),
                        heads,
                        true),
                layers.norm(name + ".ln_2", epsilon),
                feedForward(name).in(layers));
    }

    private static LinearSpec map(String name) {
        return new LinearSpec(name, true);
    }

    private FeedForwardSpec feedForward(String block) {
        String mlp = block + ".mlp";
        return new FeedForwardSpec(mlp, map(mlp + ".c_fc"), activation, map(mlp + ".c_proj"));
    }

    @Override
    public List<FeedForwardSpec> feedForwards() {
        return names().map(this::feedForward).toList();
    }

    @Override
    public List<AttentionSpec> attentions() {
        List<ParameterSpec> parameters = parameters();
        return names().map(block -> AttentionSpec.of(block + ".attn", parameters))
                .toList();
    }

    /** The fused projection of query, key and value among them: the reference takes it for one map of this family. */
    @Override
    public List<LinearSpec> linears() {
        return names().flatMap(block -> Stream.of(".attn.c_attn", ".attn.c_proj", ".mlp.c_fc", ".mlp.c_proj")
                        .map(part -> map(block + part)))
                .toList();
    }

    /** The state of the last token. */
    @Override
    public FeatureSpec features() {
        return new FeatureSpec(shape.width(), false);
    }

    /** A {@code GPT2Model}: what belonged to a head goes. */
    @Override
    public ObjectNode config(JsonNode ancestor) {
        ObjectNode config = ancestor.deepCopy();
        config.putArray("architectures").add("GPT2Model");
        config.remove(List.of("id2label", "label2id", "problem_type"));
        return config;
    }

    /** What a text has at most where it is cut as usual: no configuration says how long texts are. */
    private int tokens() {
        return Math.min(positions, TokenIds.USUAL_CUT);
    }

    @Override
    public double forwardFlops() {
        return shape.forwardFlops(tokens());
    }

    @Override
    public long activationBytes() {
        return shape.activationBytes(tokens());
    }
}
