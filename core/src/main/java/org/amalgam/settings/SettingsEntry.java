package org.amalgam.settings;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * One key of a settings record.
 *
 * @param key the component's name in snake case, unless its setting names another
 * @param type the component's Java type
 * @param defaultYaml the default as YAML; empty if the key must be given
 * @param help one line: what it does, its unit and its range
 * @param oneOf the values allowed; empty where they are not enumerable
 * @param atLeast the least number allowed; negative infinity where all are
 */
public record SettingsEntry(
        String key, Type type, String defaultYaml, String help, List<String> oneOf, double atLeast) {

    public SettingsEntry {
        oneOf = List.copyOf(oneOf);
    }

    /** Whether the key must be given. A nested record never must: it has the defaults of its own components. */
    public boolean isRequired() {
        return defaultYaml.isEmpty() && nested().isEmpty();
    }

    /** The settings below this key, if its type is a settings record. */
    public Optional<SettingsSchema> nested() {
        return SettingType.of(type) instanceof SettingType.Nested nested
                ? Optional.of(SettingsSchema.of(nested.type()))
                : Optional.empty();
    }

    /** The kind of value expected, in words: {@code integer}, {@code list of numbers}, {@code ties or none}. */
    public String expected() {
        String values = oneOf.isEmpty() ? SettingType.of(type).words() : Words.or(oneOf);
        return isNullable() && !values.endsWith("null") ? values + " or null" : values;
    }

    /** What a number that {@link #isTooSmall} should have been, in words: {@code an integer of at least 1 or null}. */
    String expectedSize() {
        String bound = BigDecimal.valueOf(atLeast).stripTrailingZeros().toPlainString();
        return expected().replaceFirst("( or null)?$", " of at least " + bound + "$1");
    }

    /** Whether a value, or what an Optional holds, is a number below the least one allowed. */
    boolean isTooSmall(Object value) {
        Object held = value instanceof Optional<?> maybe ? maybe.orElse(null) : value;
        return held instanceof Number number && number.doubleValue() < atLeast;
    }

    boolean isNullable() {
        return defaultYaml.equals("null");
    }

    Node defaultNode(Source source) {
        if (!defaultYaml.isEmpty()) {
            return Yaml.value(defaultYaml, source);
        }
        return nested().<Node>map(schema -> schema.defaults(source))
                .orElseGet(() -> ScalarNode.of(ScalarNode.MISSING, source));
    }
}
