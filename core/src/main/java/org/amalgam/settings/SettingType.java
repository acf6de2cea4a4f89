package org.amalgam.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The types that a settings record may use, seen as what a user writes. */
sealed interface SettingType {

    /** What a user should have written, in words. */
    String words();

    /** The same for several of them. */
    default String plural() {
        return words();
    }

    /** The allowed texts, where they are few. */
    default List<String> constants() {
        return List.of();
    }

    /** A scalar with a value of its own Java type. */
    enum Scalar implements SettingType {
        INT("an integer", "integers"),
        LONG("an integer", "integers"),
        DOUBLE("a number", "numbers"),
        BOOLEAN("true or false", "true or false"),
        TEXT("a text", "texts"),
        PATH("a path", "paths"),
        BYTES("a size such as 512m or 4g", "sizes such as 512m or 4g");

        private final String words;
        private final String plural;

        Scalar(String words, String plural) {
            this.words = words;
            this.plural = plural;
        }

        @Override
        public String words() {
            return words;
        }

        @Override
        public String plural() {
            return plural;
        }
    }

    /** One of an enum's constants, by its name in lower case. */
    record Constant(Class<?> type) implements SettingType {
        @Override
        public List<String> constants() {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> SnakeCase.of((Enum<?>) constant))
                    .toList();
        }

        @Override
        public String words() {
            return Words.or(constants());
        }
    }

    /** A settings record below a key. */
    record Nested(Class<? extends Record> type) implements SettingType {
        @Override
        public String words() {
            return "keys " + String.join(", ", SettingsSchema.of(type).keys());
        }
    }

    /** A list of one type. */
    record Items(Type type) implements SettingType {
        @Override
        public String words() {
            return "a list of " + of(type).plural();
        }
    }

    /** A mapping from free keys to one type. */
    record Entries(Type type) implements SettingType {
        @Override
        public String words() {
            return "a mapping to " + of(type).plural();
        }
    }

    /** A value that may be absent: null is empty. */
    record Maybe(Type type) implements SettingType {
        @Override
        public String words() {
            return of(type).words() + " or null";
        }

        @Override
        public List<String> constants() {
            return of(type).constants();
        }
    }

    /** Any value: as a plain one, or as the node that still knows its sources. */
    enum Any implements SettingType {
        PLAIN,
        NODE;

        @Override
        public String words() {
            return "any value";
        }

        @Override
        public String plural() {
            return "any values";
        }
    }

    /**
     * The setting type of a Java type.
     *
     * @throws IllegalArgumentException if settings cannot have that type: a fault of the program, not of its user
     */
    static SettingType of(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                return new Items(arguments[0]);
            }
            if (generic.getRawType() == Optional.class) {
                return new Maybe(arguments[0]);
            }
            if (generic.getRawType() == Map.class && arguments[0] == String.class) {
                return new Entries(arguments[1]);
            }
        }
        if (type instanceof Class<?> plain) {
            return of(plain);
        }
        throw new IllegalArgumentException("settings cannot have the type " + type.getTypeName());
    }

    private static SettingType of(Class<?> type) {
        if (type == int.class || type == Integer.class) {
            return Scalar.INT;
        }
        if (type == long.class || type == Long.class) {
            return Scalar.LONG;
        }
        if (type == double.class || type == Double.class) {
            return Scalar.DOUBLE;
        }
        if (type == boolean.class || type == Boolean.class) {
            return Scalar.BOOLEAN;
        }
        if (type == String.class) {
            return Scalar.TEXT;
        }
        if (type == Path.class) {
            return Scalar.PATH;
        }
        if (type == ByteSize.class) {
            return Scalar.BYTES;
        }
        if (type == Object.class) {
            return Any.PLAIN;
        }
        if (Node.class.isAssignableFrom(type)) {
            return Any.NODE;
        }
        if (type.isEnum()) {
            return new Constant(type);
        }
        if (type.isRecord()) {
            return new Nested(type.asSubclass(Record.class));
        }
        throw new IllegalArgumentException("settings cannot have the type " + type.getName());
    }
}
