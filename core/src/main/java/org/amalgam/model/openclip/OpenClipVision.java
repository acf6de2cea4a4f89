package org.amalgam.model.openclip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.model.Architecture;
import org.amalgam.model.AttentionSpec;
import org.amalgam.model.Encoder;
import org.amalgam.model.FeatureSpec;
import org.amalgam.model.FeedForwardSpec;
import org.amalgam.model.LinearSpec;
import org.amalgam.model.ParameterSpec;
import org.amalgam.model.TransformerShape;
import org.amalgam.model.clip.ClipVision;
import org.amalgam.nn.Activation;
import org.amalgam.nn.Layers;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * OpenCLIP's image encoder (Ilharco et al., 2021): the network of a CLIP vision tower, its projection included, under other
 * names and with query, key and value in one matrix.
 *
 * @param imageSize side of the square input in pixels
 * @param patchSize side of a patch in pixels
 * @param output width of the projected features
 * @param remains what is left of a text tower, where it is merged with the image encoder although nothing computes with it
 */
public record OpenClipVision(
        int imageSize, int patchSize, int channels, OpenClipBlocks blocks, int output, Optional<TextRemains> remains)
        implements Architecture {

    /** What every name of the image encoder begins with. */
    public static final String PREFIX = "visual.";

    private static final String BLOCKS = PREFIX + "transformer.resblocks.";

    /**
     * What the {@code ImageEncoder} of the task arithmetic repository keeps when it deletes the text transformer.
     *
     * @param vocabulary tokens of the embedding
     * @param positions the longest text in tokens
     * @param width of a text's token
     */
    public record TextRemains(int vocabulary, int positions, int width) {}

    /**
     * The image encoder that the task arithmetic repository fine-tunes, in OpenAI's shapes: images of 224 pixels, heads of width
     * 64, feed-forward layers four times as wide, and the remains of a text tower of 49408 tokens and 77 positions.
     *
     * @param textWidth of the text tower, and of the features
     */
    public static OpenClipVision imageEncoder(int width, int layers, int patchSize, int textWidth) {
        return new OpenClipVision(
                224,
                patchSize,
                3,
                new OpenClipBlocks(new TransformerShape(width, 4 * width, layers), width / 64, Activation.QUICK_GELU),
                textWidth,
                Optional.of(new TextRemains(49_408, 77, textWidth)));
    }

    /** Reads the architecture from shapes and settings. A checkpoint without a text transformer has text remains, or no text at all. */
    public static OpenClipVision of(TensorShapes shapes, OpenClipSettings settings) {
        int width = shapes.length(PREFIX + "conv1.weight", 0, 4);
        int patch = shapes.length(PREFIX + "conv1.weight", 3, 4);
        int patches = shapes.length(PREFIX + "positional_embedding", 0, 2) - 1;
        int side = (int) Math.sqrt(patches);
        int imageSize = settings.imageSize(side * patch);
        if (side * side != patches || imageSize / patch != side) {
            throw new AmalgamException(shapes.where() + ": " + PREFIX + "positional_embedding has " + patches
                    + " patches, an image of " + imageSize + " pixels has " + (imageSize / patch) + " times "
                    + (imageSize / patch) + " of " + patch + " pixels");
        }
        boolean remains = shapes.has("token_embedding.weight") && !OpenClipText.isIn(shapes);
        return new OpenClipVision(
                imageSize,
                patch,
                shapes.length(PREFIX + "conv1.weight", 1, 4),
                OpenClipBlocks.of(shapes, BLOCKS, width, settings.visionHeads(width), settings.activation()),
                shapes.length(PREFIX + "proj", 1, 2),
                remains
                        ? Optional.of(new TextRemains(
                                shapes.length("token_embedding.weight", 0, 2),
                                shapes.length("positional_embedding", 0, 2),
                                shapes.length("token_embedding.weight", 1, 2)))
                        : Optional.empty());
    }

    private int width() {
        return blocks.shape().width();
    }

    /** Tokens of one image: its patches and the class token. */
    private int tokens() {
        int side = imageSize / patchSize;
        return side * side + 1;
    }

    @Override
    public String describe() {
        return "OpenCLIP ViT, patch %d, %d blocks of width %d"
                .formatted(patchSize, blocks.shape().layers(), width());
    }

    /** In module order, where a module's own parameters come before its parts'. */
    @Override
    public List<ParameterSpec> parameters() {
        List<ParameterSpec> specs = new ArrayList<>();
        remains.ifPresent(text -> {
            specs.add(ParameterSpec.of("positional_embedding", text.positions(), text.width()));
            specs.add(ParameterSpec.of("text_projection", text.width(), output));
            specs.add(ParameterSpec.of("logit_scale"));
        });
        specs.add(ParameterSpec.of(PREFIX + "class_embedding", width()));
        specs.add(ParameterSpec.of(PREFIX + "positional_embedding", tokens(), width()));
        specs.add(ParameterSpec.of(PREFIX + "proj", width(), output));
        specs.add(ParameterSpec.of(PREFIX + "conv1.weight", width(), channels, patchSize, patchSize));
        specs.addAll(ParameterSpec.norm(PREFIX + "ln_pre", width()));
        specs.addAll(blocks.parameters(BLOCKS));
        specs.addAll(ParameterSpec.norm(PREFIX + "ln_post", width()));
        remains.ifPresent(text -> {
            specs.add(ParameterSpec.of("token_embedding.weight", text.vocabulary(), text.width()));
            specs.addAll(ParameterSpec.norm("ln_final", text.width()));
        });
        return specs;
    }

    @Override
    public Map<String, Object> computation() {
        return Map.of(
                "vision_cfg.image_size",
                imageSize,
                "vision_cfg.head_width",
                width() / blocks.heads(),
                "quick_gelu",
                blocks.activation() == Activation.QUICK_GELU);
    }

    /** Features are projected: [N, output]. */
    @Override
    public Encoder encoder(Layers layers) {
        ClipVision tower = new ClipVision(
                layers.parameter(PREFIX + "class_embedding"),
                layers.parameter(PREFIX + "conv1.weight"),
                layers.parameter(PREFIX + "positional_embedding"),
                layers.norm(PREFIX + "ln_pre", OpenClipBlocks.EPSILON),
                blocks.blocks(layers, BLOCKS, false),
                layers.norm(PREFIX + "ln_post", OpenClipBlocks.EPSILON));
        return new Projected(tower, layers.parameter(PREFIX + "proj"));
    }

    /** A tower and the matrix [width, output] behind it. */
    private record Projected(ClipVision tower, Tensor projection) implements Encoder {

        @Override
        public Tensor features(Tensor images) {
            return tower.features(images).matmul(projection);
        }

        @Override
        public Projected rounded(DType type) {
            return new Projected(tower.rounded(type), projection.to(type));
        }
    }

    @Override
    public List<FeedForwardSpec> feedForwards() {
        return blocks.feedForwards(BLOCKS);
    }

    @Override
    public List<AttentionSpec> attentions() {
        return blocks.attentions(BLOCKS);
    }

    @Override
    public List<LinearSpec> linears() {
        return blocks.linears(BLOCKS);
    }

    @Override
    public FeatureSpec features() {
        return new FeatureSpec(output, true);
    }

    @Override
    public double forwardFlops() {
        double patches = 2.0 * (tokens() - 1) * width() * channels * patchSize * patchSize;
        return patches + blocks.shape().forwardFlops(tokens()) + 2.0 * width() * output;
    }

    @Override
    public long activationBytes() {
        return blocks.shape().activationBytes(tokens());
    }

    /** The ancestor's, as it is: nothing in it depends on which parameters were merged. */
    @Override
    public ObjectNode config(JsonNode ancestor) {
        return ancestor.deepCopy();
    }
}
