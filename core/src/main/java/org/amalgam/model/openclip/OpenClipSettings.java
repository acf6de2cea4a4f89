package org.amalgam.model.openclip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.amalgam.AmalgamException;
import org.amalgam.model.Keys;
import org.amalgam.nn.Activation;

import java.util.List;
import java.util.Optional;

/**
 * What {@code open_clip_config.json} says that shapes do not: the activation, the number of heads, the size of images. Without
 * the file OpenAI's models are meant: quick GELU, heads of width 64. In the file, {@code quick_gelu} left out means GELU, as
 * OpenCLIP reads it.
 *
 * @param model the section {@code model_cfg}
 * @param given whether there is such a file
 * @param where the file, for errors
 */
public record OpenClipSettings(JsonNode model, boolean given, String where) {

    private static final int HEAD_WIDTH = 64;

    /** Settings of the vision tower that would make it another network than the one computed here. */
    private static final List<String> OTHER_NETWORKS = List.of(
            "timm_model_name",
            "attentional_pool",
            "global_average_pool",
            "no_ln_pre",
            "input_patchnorm",
            "norm_kwargs",
            "act_kwargs",
            "ls_init_value",
            "final_ln_after_pool");

    /**
     * Reads the file's content, {@code model_cfg} alone or with its frame.
     *
     * @throws AmalgamException if it describes another network than a plain vision transformer
     */
    public static OpenClipSettings of(Optional<JsonNode> file, String where) {
        JsonNode root = file.orElseGet(JsonNodeFactory.instance::objectNode);
        OpenClipSettings settings =
                new OpenClipSettings(root.has("model_cfg") ? root.get("model_cfg") : root, file.isPresent(), where);
        settings.requirePlain();
        return settings;
    }

    private void requirePlain() {
        JsonNode vision = model.path("vision_cfg");
        for (String key : OTHER_NETWORKS) {
            JsonNode value = vision.path(key);
            boolean absent = value.isMissingNode() || value.isNull() || (value.isBoolean() && !value.booleanValue());
            if (!absent && !(value.isObject() && value.isEmpty())) {
                throw new AmalgamException(
                        where + ": vision_cfg." + key + " is " + value + "; only plain vision transformers are read");
            }
        }
        String pool = vision.path("pool_type").asText("tok");
        if (!pool.equals("tok")) {
            throw new AmalgamException(where + ": vision_cfg.pool_type is " + pool + ", expected tok, the class token");
        }
    }

    Activation activation() {
        return !given || model.path("quick_gelu").asBoolean(false) ? Activation.QUICK_GELU : Activation.GELU;
    }

    int imageSize(int otherwise) {
        return new Keys(model.path("vision_cfg"), where).integer("image_size", otherwise);
    }

    /** Heads of the vision tower. */
    int visionHeads(int width) {
        int each = new Keys(model.path("vision_cfg"), where).integer("head_width", HEAD_WIDTH);
        return heads(width, each, "vision_cfg.head_width");
    }

    /** Heads of the text tower. */
    int textHeads(int width) {
        JsonNode text = model.path("text_cfg");
        if (!text.hasNonNull("heads")) {
            return heads(width, HEAD_WIDTH, "text_cfg.heads");
        }
        int heads = new Keys(text, where).integer("heads", 1);
        if (width % heads != 0) {
            throw new AmalgamException(
                    where + ": text_cfg.heads is " + heads + ", which does not divide the width " + width);
        }
        return heads;
    }

    private int heads(int width, int each, String key) {
        if (width % each != 0) {
            throw new AmalgamException(where + ": the width " + width + " is not a multiple of " + each
                    + ", the width of a head; say how wide one is with " + key);
        }
        return width / each;
    }
}
