package org.amalgam.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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
                lines.put(prefix + key, written(value));
            }
        });
    }

    private static String written(Object value) {
        if (value instanceof Double number) {
            return Double.toString(number).replace(".0E", "e").replace('E', 'e');
        }
        return value instanceof List<?> values
                ? values.stream().map(SettingsText::written).collect(Collectors.joining(", ", "[", "]"))
                : String.valueOf(value);
    }
}
