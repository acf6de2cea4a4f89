package org.amalgam.model.clip;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.model.Keys;
import org.amalgam.model.ParameterSpec;
import org.amalgam.nn.Block;
import org.amalgam.nn.LayerNorm;
import org.amalgam.nn.Layers;
import org.amalgam.nn.TokenStates;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.List;

/** CLIP's text tower as a view on weights. */
public record ClipText(Config config, Weights weights) {

    /** What every parameter's name begins with in checkpoints. */
    public static final String PREFIX = "text_model.";

    /**
     * The text tower's part of {@code config.json}.
     *
     * @param positions the longest text in tokens
     * @param endToken id of the end token; 2 in old files, where it is wrong and means "the largest id"
     */
    public record Config(int vocabulary, int positions, TransformerConfig transformer, int endToken) {

        /** Reads {@code text_config} of a full {@code CLIPModel}. */
        public static Config of(JsonNode config, String where) {
            Keys keys = new Keys(config.path("text_config"), where);
            return new Config(
                    keys.integer("vocab_size", 49408),
                    keys.integer("max_position_embeddings", 77),
                    TransformerConfig.of(keys, 512, 2048, 12, 8),
                    keys.tokenId("eos_token_id", 49407));
        }

        public List<ParameterSpec> parameters() {
            int width = transformer.width();
            List<ParameterSpec> specs = new ArrayList<>();
            specs.add(ParameterSpec.of(PREFIX + "embeddings.token_embedding.weight", vocabulary, width));
            specs.add(ParameterSpec.of(PREFIX + "embeddings.position_embedding.weight", positions, width));
            specs.addAll(transformer.parameters(PREFIX + "encoder.layers."));
            specs.addAll(ParameterSpec.norm(PREFIX + "final_layer_norm", width));
            return specs;
        }
    }

    /**
     * One vector a text: the state of its end token after the last norm.
     *
     * <p>Padding needs no mask of its own here: it stands behind the end token, and no token sees what comes after it.
     *
     * @param ids token ids [N, tokens], right-padded, int64
     * @return [N, width]
     */
    public Tensor features(Tensor ids) {
        Tensor positions =
                weights.get(PREFIX + "embeddings.position_embedding.weight").slice(0, 0, ids.size(1));
        Tensor hidden = Functional.embedding(weights.get(PREFIX + "embeddings.token_embedding.weight"), ids)
                .add(positions);
        for (Block block : config.transformer().blocks(Layers.of(weights), PREFIX + "encoder.layers.", true)) {
            hidden = block.apply(hidden);
        }
        Tensor normed = LayerNorm.of(
                        weights,
                        PREFIX + "final_layer_norm",
                        config.transformer().epsilon())
                .apply(hidden);
        // Both rules give the first position of the end token: argmax takes the first of equal values.
        Tensor marks =
                config.endToken() == 2 ? ids : ids.equal(config.endToken()).to(DType.I64);
        return TokenStates.at(normed, marks.argmax(1).toLongs());
    }
}
