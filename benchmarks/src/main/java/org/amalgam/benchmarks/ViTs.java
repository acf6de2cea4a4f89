package org.amalgam.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.model.clip.ClipVisionConfig;

/** Shapes of the published vision towers. */
final class ViTs {

    private ViTs() {}

    /** ViT-B/32 at 224 pixels: 87,456,000 parameters in 199 tensors. */
    static ClipVisionConfig b32() {
        ObjectNode config = new ObjectMapper().createObjectNode();
        config.put("model_type", "clip_vision_model").put("patch_size", 32).put("image_size", 224);
        return ClipVisionConfig.of(config, "ViT-B/32");
    }
}
