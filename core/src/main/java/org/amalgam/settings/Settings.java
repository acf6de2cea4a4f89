package org.amalgam.settings;

import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From trees of plain values to settings records, and back. */
public final class Settings {

    private static final Source GIVEN = new Source("settings given");

    private Settings() {}

    /**
     * Builds a settings record; keys that the tree lacks have their declared defaults. The key {@code _target_} and its
     * companions in the reference's files are passed over.
     *
     * @param path the full key of the tree, which errors put before each key: {@code method}; empty at the root
     * @param owner whose settings these are, in errors: {@code adamerging}
     * @throws org.amalgam.AmalgamException if a key is unknown, of the wrong type, not one of the values allowed, or lacking
     */
    public static <R extends Record> R bind(Class<R> type, MapNode tree, String path, String owner) {
        return new Binder(owner).bind(type, tree, path);
    }

    /**
     * Builds a settings record from plain values by key.
     *
     * @throws org.amalgam.AmalgamException as {@link #bind(Class, MapNode, String, String)}
     */
    public static <R extends Record> R bind(Class<R> type, Map<String, ?> values) {
        return bind(type, (MapNode) Node.of(values, GIVEN), "", type.getSimpleName());
    }

    /** The record with every default. */
    public static <R extends Record> R defaults(Class<R> type) {
        return bind(type, MapNode.empty(Source.DEFAULTS), "", type.getSimpleName());
    }

    /** The values of a settings record by key, nested records as nested maps: what {@link #bind(Class, Map)} builds it from. */
    public static Map<String, Object> values(Record settings) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (RecordComponent component : settings.getClass().getRecordComponents()) {
            Object value = Binder.read(component, settings);
            if (SettingsSchema.inlined(component).isPresent()) {
                values.putAll(values((Record) value));
            } else {
                values.put(SettingsSchema.key(component), plain(value));
            }
        }
        return values;
    }

    private static Object plain(Object value) {
        if (value instanceof Optional<?> maybe) {
            return maybe.map(Settings::plain).orElse(null);
        }
        if (value instanceof ByteSize size) {
            return size.toString();
        }
        if (value instanceof Node node) {
            return node.plain();
        }
        if (value instanceof Record nested) {
            return values(nested);
        }
        if (value instanceof Path path) {
            return path.toString();
        }
        if (value instanceof List<?> items) {
            return items.stream().map(Settings::plain).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> entries = new LinkedHashMap<>();
            map.forEach((key, entry) -> entries.put(String.valueOf(key), plain(entry)));
            return entries;
        }
        return value == null ? null : ScalarNode.of(value, GIVEN).value();
    }
}
