package org.amalgam.settings;

/**
 * A single value. The text is kept beside the value, so that {@code 1e-3} is written back as {@code 1e-3} and a name that looks
 * like a number, {@code 007}, is still a name where a text is expected.
 *
 * @param value a {@code String}, {@code Long}, {@code Double}, {@code Boolean} or null
 * @param text the value as it was written, without quotes
 * @param source where the value was given
 */
public record ScalarNode(Object value, String text, Source source) implements Node {

    /** The text of a value that must still be given. */
    public static final String MISSING = "???";

    public ScalarNode {
        if (value != null
                && !(value instanceof String
                        || value instanceof Long
                        || value instanceof Double
                        || value instanceof Boolean)) {
            throw new IllegalArgumentException(
                    "not a plain value: " + value.getClass().getName());
        }
    }

    /** The node of a plain value; ints become longs and floats doubles, enums and paths their text. */
    public static ScalarNode of(Object value, Source source) {
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return of(((Number) value).longValue(), source);
        }
        if (value instanceof Float number) {
            return of(Double.parseDouble(number.toString()), source);
        }
        if (value instanceof Double number) {
            return new ScalarNode(value, text(number), source);
        }
        if (value instanceof Enum<?> constant) {
            return of(SnakeCase.of(constant), source);
        }
        if (value instanceof java.nio.file.Path path) {
            return of(path.toString(), source);
        }
        return new ScalarNode(value, String.valueOf(value), source);
    }

    public boolean isNull() {
        return value == null;
    }

    /** Whether the value is {@code ???}: declared, but still to be given. */
    public boolean isMissing() {
        return MISSING.equals(value);
    }

    @Override
    public Object plain() {
        return value;
    }

    @Override
    public long size() {
        return 1;
    }

    @Override
    public String described() {
        return value instanceof String ? '"' + text + '"' : text;
    }

    private static String text(double number) {
        if (Double.isNaN(number)) {
            return ".nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? ".inf" : "-.inf";
        }
        return Double.toString(number).replace(".0E", "e").replace('E', 'e');
    }
}
