package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.hub.HubReference;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A model or a data set as a setting names it: a path, or what the hub calls it, {@code org/name} or {@code org/name@revision}.
 * What is there as a path is meant as one.
 *
 * @param kind which of the two
 * @param text as it was given
 * @param key the setting, for errors
 */
record ModelReference(Kind kind, String text, String key) {

    /** What a reference names. */
    enum Kind {
        MODEL,
        DATASET
    }

    /**
     * Reads a setting: a text, or a mapping with the text under one of the reference's keys.
     *
     * @throws AmalgamException if it is neither
     */
    static ModelReference of(Kind kind, Object given, String key) {
        Object named = given;
        if (given instanceof Map<?, ?> mapping) {
            named = mapping.containsKey("path") ? mapping.get("path") : mapping.get("pretrained_model_name_or_path");
        }
        if (named instanceof String text && !text.isBlank()) {
            return new ModelReference(kind, text, key);
        }
        throw new AmalgamException(key + ": expected the path of a " + (kind == Kind.MODEL ? "model" : "data set")
                + " or its name on the hub, found " + given);
    }

    /**
     * Whether the hub is asked: the text has the form of its names, and nothing lies there as a path. A model needs its owner's name,
     * lest every mistyped folder be looked for on the hub; old data sets have none, as {@code mnist}.
     */
    boolean isHub() {
        boolean owned = kind == Kind.DATASET || text.contains("/");
        return owned && HubReference.of(text).isPresent() && !Files.exists(path());
    }

    /** The text as a path, whether or not something is there. */
    Path path() {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new AmalgamException(key + ": " + text + " is not the name of a folder", e);
        }
    }

    /** As it was given. */
    @Override
    public String toString() {
        return text;
    }
}
