package org.amalgam.model.clip;

import org.amalgam.model.BlockEncoder;
import org.amalgam.nn.Block;
import org.amalgam.nn.LayerNorm;
import org.amalgam.nn.Layers;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;

import java.util.List;

/**
 * A CLIP vision tower as a view on layers. Patches become tokens row by row behind a class token, pass the blocks, and the
 * class token's final state is the image's feature vector.
 */
public record ClipVision(
        Tensor classEmbedding,
        Tensor patchEmbedding,
        Tensor positionEmbedding,
        LayerNorm preNorm,
        List<Block> blocks,
        LayerNorm postNorm)
        implements BlockEncoder {

    public static ClipVision of(ClipVisionConfig config, Layers layers) {
        String prefix = ClipVisionConfig.PREFIX;
        double epsilon = config.transformer().epsilon();
        return new ClipVision(
                layers.parameter(prefix + "embeddings.class_embedding"),
                layers.parameter(prefix + "embeddings.patch_embedding.weight"),
                layers.parameter(prefix + "embeddings.position_embedding.weight"),
                // The reference's own spelling.
                layers.norm(prefix + "pre_layrnorm", epsilon),
                config.transformer().blocks(layers, ClipVisionConfig.BLOCKS, false),
                layers.norm(prefix + "post_layernorm", epsilon));
    }

    @Override
    public ClipVision rounded(DType type) {
        return new ClipVision(
                classEmbedding,
                patchEmbedding.to(type),
                positionEmbedding,
                preNorm,
                blocks.stream().map(block -> block.rounded(type)).toList(),
                postNorm);
    }

    /** Images [N, 3, H, W] to tokens [N, tokens, width]. */
    @Override
    public Tensor embed(Tensor images) {
        Tensor patches = Functional.patches(images, patchEmbedding);
        Tensor first = classEmbedding.expand(patches.size(0), 1, -1);
        // Autocast gives patches in bfloat16; the residual stream stays in the embeddings' float32.
        Tensor tokens = Tensor.concat(List.of(first, patches.to(first.dtype())), 1);
        return preNorm.apply(tokens.add(positionEmbedding));
    }

    /** The normalised state of the class token [N, width]. */
    @Override
    public Tensor readOut(Tensor hidden) {
        return postNorm.apply(hidden.select(1, 0));
    }
}
