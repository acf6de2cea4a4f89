package org.amalgam.settings;

import org.amalgam.AmalgamException;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Builds records from trees, and says what is wrong with a tree in the words of the user who wrote it. */
final class Binder {

    /** Keys by which the reference's files name the class to construct; here the group's name already says what to run. */
    private static final Set<String> PASSED_OVER =
            Set.of("_target_", "_recursive_", "_convert_", "_partial_", "_usage_", "_version_");

    private final String owner;

    Binder(String owner) {
        this.owner = owner;
    }

    <R extends Record> R bind(Class<R> type, MapNode tree, String path) {
        refuseUnknown(SettingsSchema.of(type), tree, path);
        return filled(type, tree, path);
    }

    /** The record of those keys that are its own: a tree of several records has others too. */
    private <R extends Record> R filled(Class<R> type, MapNode tree, String path) {
        return construct(
                type,
                Arrays.stream(type.getRecordComponents())
                        .map(component -> SettingsSchema.inlined(component)
                                .<Object>map(inlined -> filled(inlined, tree, path))
                                .orElseGet(() -> value(SettingsSchema.entry(component), tree, path)))
                        .toArray());
    }

    private Object value(SettingsEntry entry, MapNode tree, String path) {
        Node node = tree.get(entry.key()).orElseGet(() -> entry.defaultNode(tree.source()));
        return value(entry, node, join(path, entry.key()));
    }

    private void refuseUnknown(SettingsSchema schema, MapNode tree, String path) {
        tree.entries().forEach((key, node) -> {
            if (schema.find(key).isEmpty() && !PASSED_OVER.contains(key)) {
                List<String> known =
                        schema.keys().stream().map(right -> join(path, right)).toList();
                throw new AmalgamException(join(path, key) + " is not a setting of " + owner + " (" + node.source()
                        + ")."
                        + Spelling.hint(
                                join(path, key), known, " Settings: " + String.join(", ", schema.keys()) + "."));
            }
        });
    }

    private Object value(SettingsEntry entry, Node node, String key) {
        if (node instanceof ScalarNode scalar && scalar.isMissing()) {
            throw new AmalgamException(key + " must be given: " + entry.help());
        }
        if (node instanceof ScalarNode scalar && scalar.isNull() && entry.isNullable()) {
            return SettingType.of(entry.type()) instanceof SettingType.Maybe ? Optional.empty() : null;
        }
        if (node instanceof ScalarNode scalar
                && !entry.oneOf().isEmpty()
                && !entry.oneOf().contains(scalar.text())) {
            throw new AmalgamException(
                    wrong(key, entry.expected(), node) + Spelling.hint(scalar.text(), entry.oneOf(), ""));
        }
        Object value = convert(entry.type(), node, key, entry.expected());
        if (entry.isTooSmall(value)) {
            throw new AmalgamException(wrong(key, entry.expectedSize(), node));
        }
        return value;
    }

    private Object convert(Type type, Node node, String key, String expected) {
        SettingType kind = SettingType.of(type);
        if (kind instanceof SettingType.Any any) {
            return any == SettingType.Any.NODE ? node : node.plain();
        }
        if (kind instanceof SettingType.Maybe maybe) {
            return node instanceof ScalarNode scalar && scalar.isNull()
                    ? Optional.empty()
                    : Optional.of(convert(maybe.type(), node, key, expected));
        }
        if (kind instanceof SettingType.Nested nested && node instanceof MapNode map) {
            return bind(nested.type(), map, key);
        }
        if (kind instanceof SettingType.Items items && node instanceof ListNode list) {
            return items(items.type(), list, key);
        }
        if (kind instanceof SettingType.Entries entries && node instanceof MapNode map) {
            return entries(entries.type(), map, key);
        }
        Object value = node instanceof ScalarNode scalar && !scalar.isNull() ? scalar(kind, scalar) : null;
        if (value == null) {
            throw new AmalgamException(wrong(key, expected, node));
        }
        if (value instanceof Double number && Float.isInfinite(number.floatValue())) {
            // Models are computed in float32, where it would be infinite and spread silently.
            throw new AmalgamException(wrong(key, "a number between -3.4e38 and 3.4e38", node));
        }
        return value;
    }

    private List<Object> items(Type type, ListNode list, String key) {
        String expected = SettingType.of(type).words();
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < list.items().size(); i++) {
            values.add(convert(type, list.items().get(i), key + "[" + i + "]", expected));
        }
        return Collections.unmodifiableList(values);
    }

    private Map<String, Object> entries(Type type, MapNode map, String key) {
        String expected = SettingType.of(type).words();
        Map<String, Object> values = new LinkedHashMap<>();
        map.entries().forEach((name, node) -> values.put(name, convert(type, node, join(key, name), expected)));
        return Collections.unmodifiableMap(values);
    }

    /** The scalar's value in the type asked for; null if it is of another. */
    private static Object scalar(SettingType kind, ScalarNode node) {
        if (kind instanceof SettingType.Constant constant) {
            return Arrays.stream(constant.type().getEnumConstants())
                    .filter(each -> SnakeCase.of((Enum<?>) each).equals(node.text()))
                    .findFirst()
                    .orElse(null);
        }
        return kind instanceof SettingType.Scalar scalar
                ? switch (scalar) {
                    case INT ->
                        node.value() instanceof Long number && number == number.intValue() ? number.intValue() : null;
                    case LONG -> node.value() instanceof Long number ? number : null;
                    case DOUBLE -> number(node.value());
                    case BOOLEAN -> node.value() instanceof Boolean flag ? flag : null;
                    case TEXT -> node.text();
                    case PATH -> path(node.text());
                    case BYTES -> bytes(node.text());
                }
                : null;
    }

    /** An integer is a number too; NaN is none: no setting has a use for it, and it would spread silently. */
    private static Double number(Object value) {
        if (value instanceof Long integer) {
            return integer.doubleValue();
        }
        return value instanceof Double number && !number.isNaN() ? number : null;
    }

    private static Path path(String text) {
        try {
            return text.isEmpty() ? null : Path.of(text);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static ByteSize bytes(String text) {
        try {
            return ByteSize.parse(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String wrong(String key, String expected, Node found) {
        return key + ": expected " + expected + ", found " + found.described() + " (" + found.source() + ").";
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static <R extends Record> R construct(Class<R> type, Object[] values) {
        try {
            Class<?>[] types = Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new);
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw rethrown(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type.getName() + " cannot be constructed", e);
        }
    }

    /** The value of a record's component, whatever the record's visibility. */
    static Object read(RecordComponent component, Record settings) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(settings);
        } catch (InvocationTargetException e) {
            throw rethrown(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(component + " cannot be read", e);
        }
    }

    private static RuntimeException rethrown(InvocationTargetException e) {
        return e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
    }
}
