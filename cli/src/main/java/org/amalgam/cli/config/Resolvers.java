package org.amalgam.cli.config;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an interpolation can ask besides keys: {@code ${now:%Y-%m-%d}}, {@code ${oc.env:HOME}}, {@code ${oc.env:HOME,/root}}.
 *
 * @param environment the environment's variables
 * @param now the moment that is now
 */
record Resolvers(Map<String, String> environment, ZonedDateTime now) {

    private static final Pattern LETTER = Pattern.compile("%(.?)");

    static final List<String> NAMES = List.of("now", "oc.env");

    /** Letters of Python's {@code strftime} and Java's for the same. */
    private static final Map<Character, String> LETTERS = Map.of(
            'Y', "yyyy", 'm', "MM", 'd', "dd", 'H', "HH", 'M', "mm", 'S', "ss", 'y', "yy", 'j', "DDD", 'f', "SSSSSS");

    /**
     * The text that a question stands for; empty where that is null.
     *
     * @throws IllegalArgumentException if it cannot be answered; the message says why
     */
    Optional<String> resolve(String name, String argument) {
        return switch (name) {
            case "now" -> Optional.of(now(argument));
            case "oc.env" -> variable(argument);
            default ->
                throw new IllegalArgumentException(
                        "there is no resolver " + name + "; " + String.join(" and ", NAMES) + " are");
        };
    }

    private Optional<String> variable(String argument) {
        int comma = argument.indexOf(',');
        String name = (comma < 0 ? argument : argument.substring(0, comma)).strip();
        String value = environment.get(name);
        if (value == null && comma < 0) {
            throw new IllegalArgumentException(
                    "the environment has no variable " + name + "; set it, or write ${oc.env:" + name + ",DEFAULT}");
        }
        return value != null
                ? Optional.of(value)
                : otherwise(argument.substring(comma + 1).strip());
    }

    /** What a variable is that is not set: {@code null} is none, in quotes it is a text. */
    private static Optional<String> otherwise(String text) {
        return text.equalsIgnoreCase("null") ? Optional.empty() : Optional.of(unquoted(text));
    }

    private static String unquoted(String text) {
        boolean isQuoted = text.length() > 1
                && (text.charAt(0) == '\'' || text.charAt(0) == '"')
                && text.charAt(0) == text.charAt(text.length() - 1);
        return isQuoted ? text.substring(1, text.length() - 1) : text;
    }

    private String now(String format) {
        return LETTER.matcher(format).replaceAll(letter -> {
            String pattern = letter.group(1).isEmpty()
                    ? null
                    : LETTERS.get(letter.group(1).charAt(0));
            if (pattern == null) {
                throw new IllegalArgumentException(
                        letter.group() + " is no part of a time that is known; write as in ${now:%Y-%m-%d_%H-%M-%S}");
            }
            return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(now);
        });
    }
}
