package org.amalgam.model.openclip;

import org.amalgam.model.ParameterSpec;
import org.amalgam.nn.Block;
import org.amalgam.nn.LayerNorm;
import org.amalgam.nn.Layers;
import org.amalgam.nn.TokenStates;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.List;

/** OpenCLIP's text tower as a view on weights. */
public record OpenClipText(Config config, Weights weights) {

    private static final String BLOCKS = "transformer.resblocks.";

    /** Whether a checkpoint has a text transformer. */
    public static boolean isIn(TensorShapes shapes) {
        return shapes.has(BLOCKS + "0.ln_1.weight");
    }

    /**
     * What shapes and settings say of the text tower.
     *
     * @param positions the longest text in tokens
     * @param output width of the projected embeddings
     */
    public record Config(int vocabulary, int positions, OpenClipBlocks blocks, int output) {

        /** Reads the tower of a checkpoint that has one. */
        public static Config of(TensorShapes shapes, OpenClipSettings settings) {
            int width = shapes.length("token_embedding.weight", 1, 2);
            return new Config(
                    shapes.length("token_embedding.weight", 0, 2),
                    shapes.length("positional_embedding", 0, 2),
                    OpenClipBlocks.of(shapes, BLOCKS, width, settings.textHeads(width), settings.activation()),
                    shapes.length("text_projection", 1, 2));
        }

        public List<ParameterSpec> parameters() {
            int width = blocks.shape().width();
            List<ParameterSpec> specs = new ArrayList<>();
            specs.add(ParameterSpec.of("positional_embedding", positions, width));
            specs.add(ParameterSpec.of("text_projection", width, output));
            specs.addAll(blocks.parameters(BLOCKS));
            specs.add(ParameterSpec.of("token_embedding.weight", vocabulary, width));
            specs.addAll(ParameterSpec.norm("ln_final", width));
            return specs;
        }
    }

    /**
     * One vector a text: the normalised state of its end token, which has the largest id, projected.
     *
     * @param ids token ids [N, tokens], right-padded, int64
     * @return [N, output]
     */
    public Tensor embed(Tensor ids) {
        Tensor positions = weights.get("positional_embedding").slice(0, 0, ids.size(1));
        Tensor hidden =
                Functional.embedding(weights.get("token_embedding.weight"), ids).add(positions);
        for (Block block : config.blocks().blocks(Layers.of(weights), BLOCKS, true)) {
            hidden = block.apply(hidden);
        }
        Tensor normed =
                LayerNorm.of(weights, "ln_final", OpenClipBlocks.EPSILON).apply(hidden);
        return TokenStates.at(normed, ids.argmax(1).toLongs()).matmul(weights.get("text_projection"));
    }
}
