package org.amalgam.data.text;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.AmalgamException;

import java.nio.file.Path;
import java.util.List;

/** The pad token's id, which older and newer model folders keep in different files. */
final class PadToken {

    private PadToken() {}

    /**
     * Looks for {@code pad_token} in {@code tokenizer_config.json}, then in {@code special_tokens_map.json}, then for the padding
     * of {@code tokenizer.json}. A folder that says nothing has CLIP's, which is the end token.
     */
    static long id(Path folder, JsonNode definition, JsonNode config, JsonNode specialTokens) {
        for (JsonNode source : List.of(config, specialTokens)) {
            JsonNode token = source.path("pad_token");
            String text = token.isObject() ? token.path("content").asText("") : token.asText("");
            if (!text.isEmpty() && !token.isNull()) {
                return idOf(folder, definition, text);
            }
        }
        JsonNode id = definition.path("padding").path("pad_id");
        return id.isIntegralNumber() ? id.longValue() : idOf(folder, definition, ClipTokenizerJson.END);
    }

    private static long idOf(Path folder, JsonNode definition, String token) {
        for (JsonNode added : definition.path("added_tokens")) {
            if (added.path("content").asText().equals(token)) {
                return added.path("id").longValue();
            }
        }
        JsonNode id = definition.path("model").path("vocab").path(token);
        if (!id.isIntegralNumber()) {
            throw new AmalgamException(folder + ": the tokenizer has no token " + token
                    + ", which it should pad with; name another" + " as pad_token in tokenizer_config.json");
        }
        return id.longValue();
    }
}
