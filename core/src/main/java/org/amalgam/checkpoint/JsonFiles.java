package org.amalgam.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The small JSON files of a model folder, read strictly: a key given twice is a mistake, not the later of two wishes. */
final class JsonFiles {

    private static final ObjectReader STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);

    private JsonFiles() {}

    /**
     * The object that the file holds.
     *
     * @throws AmalgamException if the file cannot be read, is not JSON, repeats a key or holds something else
     */
    static JsonNode object(Path file) {
        JsonNode node;
        try {
            node = STRICT.readValue(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            String place =
                    e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr();
            throw new AmalgamException(file + ": is not JSON" + place + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw Mapped.unreadable(file, e);
        }
        if (node == null || !node.isObject()) {
            throw new AmalgamException(file + ": expected a JSON object");
        }
        return node;
    }
}
