package org.amalgam.model;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.AmalgamException;

/**
 * The keys of one section of a model's configuration; a key that is left out has a default.
 *
 * @param where the file, for errors
 */
public record Keys(JsonNode section, String where) {

    /** A positive whole number. */
    public int integer(String key, int otherwise) {
        JsonNode value = section.get(key);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        if (!value.canConvertToInt() || value.asInt() <= 0) {
            throw new AmalgamException(where + ": " + key + " is " + value + ", expected a positive whole number");
        }
        return value.asInt();
    }

    /** A number that may be any, or left out. */
    public int tokenId(String key, int otherwise) {
        JsonNode value = section.get(key);
        return value == null || !value.canConvertToInt() ? otherwise : value.asInt();
    }

    public double number(String key, double otherwise) {
        JsonNode value = section.get(key);
        if (value == null || value.isNull()) {
            return otherwise;
        }
        if (!value.isNumber()) {
            throw new AmalgamException(where + ": " + key + " is " + value + ", expected a number");
        }
        return value.asDouble();
    }

    public String text(String key, String otherwise) {
        return section.path(key).asText(otherwise);
    }
}
