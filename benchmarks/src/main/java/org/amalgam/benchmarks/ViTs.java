package org.amalgam.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.model.clip.ClipVisionConfig;

/** Shapes of the published vision towers. */
final class ViTs {

    private ViTs() {}

    /** ViT-B/32 at 224 pixels: 87,456,000 parameters in 199 tensors. */
    static ClipVisionConfig b32() {
        return of("b32");
    }

    /** {@code b32}, {@code b16} or {@code l14} at 224 pixels, or {@code tiny}, the shape of the embedded models at 32. */
    static ClipVisionConfig of(String name) {
        return switch (name) {
            case "tiny" -> shape(32, 8, 192, 768, 6, 6);
            case "b32" -> shape(224, 32, 768, 3072, 12, 12);
            case "b16" -> shape(224, 16, 768, 3072, 12, 12);
            case "l14" -> shape(224, 14, 1024, 4096, 24, 16);
            default -> throw new IllegalArgumentException(name + " is none of tiny, b32, b16 and l14");
        };
    }

    private static ClipVisionConfig shape(int image, int patch, int width, int inner, int layers, int heads) {
        ObjectNode config = new ObjectMapper().createObjectNode();
        config.put("model_type", "clip_vision_model")
                .put("image_size", image)
                .put("patch_size", patch)
                .put("hidden_size", width)
                .put("intermediate_size", inner)
                .put("num_hidden_layers", layers)
                .put("num_attention_heads", heads);
        return ClipVisionConfig.of(config, name(width, patch));
    }

    private static String name(int width, int patch) {
        return "a vision tower of width " + width + " and patch " + patch;
    }
}
