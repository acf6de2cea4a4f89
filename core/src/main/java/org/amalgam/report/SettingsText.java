package org.amalgam.report;

import java.util.LinkedHashMap;
import java.util.Map;

/** Settings as lines of {@code key = value}. */
final class SettingsText {

    private SettingsText() {}

    /** Nested maps become dotted keys, as on the command line; values are written as YAML would have them. */
    static Map<String, String> flatten(Map<String, Object> settings) {
        Map<String, String> lines = new LinkedHashMap<>();
        flatten("", settings, lines);
        return lines;
    }

    private static void flatten(String prefix, Map<?, ?> settings, Map<String, String> lines) {
        settings.forEach((key, value) -> {
            if (value instanceof Map<?, ?> nested && !nested.isEmpty()) {
                flatten(prefix + key + ".", nested, lines);
            } else {
                lines.put(prefix + key, String.valueOf(value));
            }
        });
    }
}
