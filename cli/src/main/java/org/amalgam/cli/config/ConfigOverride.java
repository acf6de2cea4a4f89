package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.Node;
import org.amalgam.settings.Source;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One override of the command line, in Hydra's grammar.
 *
 * @param kind what it does to the key
 * @param path the key's segments
 * @param value the value; a null scalar for {@link Kind#DELETE}
 * @param source the argument
 */
public record ConfigOverride(Kind kind, List<String> path, Node value, Source source) {

    /** What an override does. */
    public enum Kind {
        /** {@code a.b=c}: the key must be there. */
        SET,
        /** {@code +a.b=c}: the key must not be there. */
        ADD,
        /** {@code ++a.b=c}: whether or not it is there. */
        FORCE,
        /** {@code ~a.b}: the key must be there, and goes. */
        DELETE,
        /** {@code ~a.b=c}: the key must be there with that value, and goes. */
        DELETE_VALUE;

        boolean removes() {
            return this == DELETE || this == DELETE_VALUE;
        }
    }

    private static final Pattern FORM =
            Pattern.compile("(\\+\\+|\\+|~)?([\\w/@:-]+(?:\\.[\\w/@:-]+)*)(?:=(.*))?", Pattern.DOTALL);

    /** Spellings of older command lines, by the start of the key. */
    private static final Map<String, List<String>> ALIASES = Map.of("fabric_logger", List.of("fabric", "loggers"));

    public ConfigOverride {
        path = List.copyOf(path);
    }

    /**
     * Reads an argument.
     *
     * @throws AmalgamException if it is not of the form {@code key=value} or {@code ~key}
     */
    public static ConfigOverride parse(String argument, Source source) {
        Matcher form = FORM.matcher(argument);
        if (!form.matches()) {
            throw new AmalgamException(
                    argument.lines().findFirst().orElse("\"\"") + " is not of the form key=value (" + source + ").");
        }
        String sign = form.group(1) == null ? "" : form.group(1);
        Kind kind =
                switch (sign) {
                    case "+" -> Kind.ADD;
                    case "++" -> Kind.FORCE;
                    case "~" -> form.group(3) == null ? Kind.DELETE : Kind.DELETE_VALUE;
                    default -> Kind.SET;
                };
        if (form.group(3) == null && kind != Kind.DELETE) {
            throw new AmalgamException(argument + " lacks its value, key=value (" + source + ").");
        }
        if (form.group(3) != null && SweptValue.isFunction(form.group(3))) {
            throw new AmalgamException(
                    argument + " asks for several runs: add -m, or quote the value if it is a text (" + source + ").");
        }
        Node value = kind == Kind.DELETE
                ? Node.of(null, source)
                : new ValueParser(form.group(2), form.group(3), source).parse();
        return new ConfigOverride(kind, aliased(List.of(form.group(2).split("\\."))), value, source);
    }

    /** A text as a value that is read as just that text, whatever is in it: commas, quotes, backslashes, interpolations. */
    public static String quoted(String text) {
        String kept = text.replace("${", "\\${");
        return "'" + kept.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private static List<String> aliased(List<String> path) {
        List<String> start = ALIASES.get(path.get(0));
        return start == null
                ? path
                : java.util.stream.Stream.concat(start.stream(), path.stream().skip(1))
                        .toList();
    }

    /** The group whose files the key may name, before {@code @}: {@code dataset/image_classification/test}. */
    String folder() {
        String key = key();
        return key.contains("@") ? key.substring(0, key.indexOf('@')) : key;
    }

    /** The key as it is written. */
    String key() {
        return String.join(".", path);
    }
}
