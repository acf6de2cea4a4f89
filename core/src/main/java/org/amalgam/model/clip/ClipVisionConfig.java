package org.amalgam.model.clip;

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
import org.amalgam.nn.Layers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A CLIP vision tower (Radford et al., 2021) of any shape: B/32, B/16, L/14, tiny.
 *
 * @param imageSize side of the square input in pixels
 * @param patchSize side of a patch in pixels
 */
public record ClipVisionConfig(
        int imageSize, int patchSize, int channels, TransformerConfig transformer, int projectionDim)
        implements Architecture {

    /** What every parameter's name begins with in checkpoints. */
    public static final String PREFIX = "vision_model.";

    /** What every block's name begins with, before its number. */
    static final String BLOCKS = PREFIX + "encoder.layers.";

    /**
     * Reads {@code config.json} of a {@code CLIPVisionModel} or, from its {@code vision_config}, of a full {@code CLIPModel}.
     *
     * @param where the file, for errors
     * @throws AmalgamException if a key is missing or the model is of another kind
     */
    public static ClipVisionConfig of(JsonNode config, String where) {
        String type = config.path("model_type").asText();
        JsonNode vision;
        if (type.equals("clip")) {
            vision = config.path("vision_config");
        } else if (type.equals("clip_vision_model")) {
            vision = config;
        } else {
            throw new AmalgamException(where + ": model_type is " + (type.isEmpty() ? "not given" : type)
                    + ", expected clip or clip_vision_model");
        }
        Keys keys = new Keys(vision, where);
        ClipVisionConfig read = new ClipVisionConfig(
                keys.integer("image_size", 224),
                keys.integer("patch_size", 32),
                keys.integer("num_channels", 3),
                TransformerConfig.of(keys, 768, 3072, 12, 12),
                keys.integer("projection_dim", config.path("projection_dim").asInt(512)));
        if (read.imageSize < read.patchSize) {
            throw new AmalgamException(
                    where + ": patch_size " + read.patchSize + " is larger than image_size " + read.imageSize);
        }
        return read;
    }

    /** Tokens of one image: its patches and the class token. */
    public int tokens() {
        int side = imageSize / patchSize;
        return side * side + 1;
    }

    @Override
    public String describe() {
        return "CLIP ViT, patch %d, %d blocks of width %d"
                .formatted(patchSize, transformer.layers(), transformer.width());
    }

    @Override
    public List<ParameterSpec> parameters() {
        int width = transformer.width();
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(ParameterSpec.of(PREFIX + "embeddings.class_embedding", width));
        specs.add(
                ParameterSpec.of(PREFIX + "embeddings.patch_embedding.weight", width, channels, patchSize, patchSize));
        specs.add(ParameterSpec.of(PREFIX + "embeddings.position_embedding.weight", tokens(), width));
        specs.addAll(ParameterSpec.norm(PREFIX + "pre_layrnorm", width));
        specs.addAll(transformer.parameters(BLOCKS));
        specs.addAll(ParameterSpec.norm(PREFIX + "post_layernorm", width));
        return specs;
    }

    @Override
    public Map<String, Object> computation() {
        return Map.of(
                "image_size", imageSize,
                "num_attention_heads", transformer.heads(),
                "layer_norm_eps", transformer.epsilon(),
                "hidden_act", transformer.activation().label());
    }

    @Override
    public Encoder encoder(Layers layers) {
        return ClipVision.of(this, layers);
    }

    @Override
    public List<FeedForwardSpec> feedForwards() {
        return transformer.feedForwards(BLOCKS);
    }

    @Override
    public List<AttentionSpec> attentions() {
        return transformer.attentions(BLOCKS);
    }

    @Override
    public List<LinearSpec> linears() {
        return transformer.linears(BLOCKS);
    }

    @Override
    public double forwardFlops() {
        double patches = 2.0 * (tokens() - 1) * transformer.width() * channels * patchSize * patchSize;
        return patches + transformer.shape().forwardFlops(tokens());
    }

    @Override
    public long activationBytes() {
        return transformer.shape().activationBytes(tokens());
    }

    /** The state of the class token, before the projection. */
    @Override
    public FeatureSpec features() {
        return new FeatureSpec(transformer.width(), false);
    }

    /** The vision part of a full model's configuration, or a vision tower's as it is. */
    @Override
    public ObjectNode config(JsonNode ancestor) {
        ObjectNode config = ancestor.has("vision_config")
                ? ancestor.required("vision_config").deepCopy()
                : ancestor.deepCopy();
        config.put("model_type", "clip_vision_model");
        config.putArray("architectures").add("CLIPVisionModel");
        for (String key : List.of("dtype", "torch_dtype", "transformers_version")) {
            if (ancestor.has(key)) {
                config.set(key, ancestor.get(key));
            }
        }
        return config;
    }
}
