package org.amalgam.settings;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The settings that a record declares, in their order.
 *
 * @param type the record
 * @param entries one a component, and those of inlined records in their places
 */
public record SettingsSchema(Class<? extends Record> type, List<SettingsEntry> entries) {

    public SettingsSchema {
        entries = List.copyOf(entries);
    }

    /**
     * Reads a record's declaration.
     *
     * @throws IllegalArgumentException if a component has neither {@link Setting} nor {@link Inlined}: a fault of the program, not of its user
     */
    public static SettingsSchema of(Class<? extends Record> type) {
        return new SettingsSchema(
                type,
                Arrays.stream(type.getRecordComponents())
                        .flatMap(component -> inlined(component)
                                .map(record -> of(record).entries().stream())
                                .orElseGet(() -> Stream.of(entry(component))))
                        .toList());
    }

    /** The keys in their order. */
    public List<String> keys() {
        return entries.stream().map(SettingsEntry::key).toList();
    }

    /** The declaration of a key, if there is one. */
    public Optional<SettingsEntry> find(String key) {
        return entries.stream().filter(entry -> entry.key().equals(key)).findFirst();
    }

    /** The tree of the defaults; a key that must be given has the value {@code ???}. */
    public MapNode defaults(Source source) {
        Map<String, Node> defaults = new LinkedHashMap<>();
        entries.forEach(entry -> defaults.put(entry.key(), entry.defaultNode(source)));
        return new MapNode(defaults, source);
    }

    /** The record whose keys stand in the component's place, if there is one. */
    static Optional<Class<? extends Record>> inlined(RecordComponent component) {
        return component.isAnnotationPresent(Inlined.class)
                ? Optional.of(component.getType().asSubclass(Record.class))
                : Optional.empty();
    }

    static SettingsEntry entry(RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null) {
            throw new IllegalArgumentException(
                    component.getDeclaringRecord().getName() + "." + component.getName() + " has no @Setting");
        }
        SettingType type = SettingType.of(component.getGenericType());
        List<String> oneOf = setting.oneOf().length > 0 ? List.of(setting.oneOf()) : type.constants();
        return new SettingsEntry(
                key(component), component.getGenericType(), setting.value(), setting.help(), oneOf, setting.atLeast());
    }

    /** The key of a component. */
    static String key(RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        return setting == null || setting.key().isEmpty() ? SnakeCase.of(component.getName()) : setting.key();
    }
}
