package org.amalgam.model.clip;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.AmalgamException;

/** The keys of one section of a {@code config.json}; a key that is left out has the default that transformers gives it. */
record Keys(JsonNode section, String where) {

    int integer(String key, int otherwise) {
        JsonNode value = section.get(key);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        if (!value.canConvertToInt() || value.asInt() <= 0) {
            throw new AmalgamException(where + ": " + key + " is " + value + ", expected a positive whole number");
        }
        return value.asInt();
    }

    int tokenId(String key, int otherwise) {
        JsonNode value = section.get(key);
        return value == null || !value.canConvertToInt() ? otherwise : value.asInt();
    }

    double number(String key, double otherwise) {
        JsonNode value = section.get(key);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        if (!value.isNumber()) {
            throw new AmalgamException(where + ": " + key + " is " + value + ", expected a number");
        }
        return value.asDouble();
    }

    String text(String key, String otherwise) {
        return section.path(key).asText(otherwise);
    }
}
