package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.Source;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A value of which a multirun takes one after the other: {@code 1e-4,1e-3}, {@code range(1,5)}, {@code range(0,1,0.25)},
 * {@code choice(a,b)}, {@code glob(*)}.
 */
final class SweptValue {

    private static final int MOST = 10_000;
    private static final Pattern FUNCTION =
            Pattern.compile("\\s*(range|choice|glob|interval)\\((.*)\\)\\s*", Pattern.DOTALL);
    private static final List<String> RANGE = List.of("start", "stop", "step");

    private final String key;
    private final String text;
    private final Source source;

    SweptValue(String key, String text, Source source) {
        this.key = key;
        this.text = text;
        this.source = source;
    }

    /** Whether a value, as it was typed, can only be meant for a multirun. */
    static boolean isFunction(String text) {
        return FUNCTION.matcher(text).matches();
    }

    /**
     * The values, each as it could have been typed alone.
     *
     * @param names what {@code glob} chooses from: the names in the group, empty where the key is none's
     * @throws AmalgamException if the text is of no form that is known
     */
    List<String> values(List<String> names) {
        Matcher function = FUNCTION.matcher(text);
        if (!function.matches()) {
            return text.isBlank() ? List.of(text) : new ValueParser(key, text, source).choices();
        }
        List<String> arguments = new ValueParser(key, function.group(2), source).choices();
        return switch (function.group(1)) {
            case "range" -> range(arguments);
            case "glob" -> glob(arguments, names);
            case "choice" -> arguments;
            default ->
                throw fault("interval is for optimisers of settings; write range(start,stop,step) or the values");
        };
    }

    /** As Python's: without the end, and from 0 where only the end is given. In decimals, so that 0.1 is 0.1 each time. */
    private List<String> range(List<String> arguments) {
        if (arguments.isEmpty() || arguments.size() > 3) {
            throw fault("expected range(stop), range(start,stop) or range(start,stop,step)");
        }
        BigDecimal[] limits = {BigDecimal.ZERO, null, BigDecimal.ONE};
        List<String> positions = arguments.size() == 1 ? List.of("stop") : RANGE;
        for (int i = 0; i < arguments.size(); i++) {
            String[] named = arguments.get(i).split("=", 2);
            int at = RANGE.indexOf(named.length == 2 ? named[0].strip() : positions.get(i));
            if (at < 0) {
                throw fault("a range has start, stop and step, no " + named[0].strip());
            }
            limits[at] = number(named[named.length - 1].strip());
        }
        if (limits[1] == null || limits[2].signum() == 0) {
            throw fault(limits[1] == null ? "a range needs its stop" : "a range of step 0 has no end");
        }
        List<String> values = new ArrayList<>();
        for (BigDecimal at = limits[0]; limits[1].compareTo(at) * limits[2].signum() > 0; at = at.add(limits[2])) {
            values.add(at.toPlainString());
            if (values.size() > MOST) {
                throw fault("more than " + MOST + " values");
            }
        }
        if (values.isEmpty()) {
            throw fault("the range is empty");
        }
        return values;
    }

    private BigDecimal number(String given) {
        try {
            BigDecimal number = new BigDecimal(given);
            if (Math.abs((long) number.scale()) > 400) {
                throw new NumberFormatException(given);
            }
            return number;
        } catch (NumberFormatException e) {
            throw fault("expected a number in the range, found " + given);
        }
    }

    private List<String> glob(List<String> patterns, List<String> names) {
        List<String> values = names.stream()
                .filter(name -> patterns.stream().anyMatch(pattern -> matches(pattern, name)))
                .toList();
        if (values.isEmpty()) {
            throw fault(
                    names.isEmpty()
                            ? "glob chooses among the files of a group, and " + key + " is none"
                            : "no file matches");
        }
        return values;
    }

    private static boolean matches(String pattern, String name) {
        StringBuilder expression = new StringBuilder();
        pattern.chars()
                .forEach(c -> expression.append(Map.of((int) '*', ".*", (int) '?', ".")
                        .getOrDefault(c, Pattern.quote(String.valueOf((char) c)))));
        return name.matches(expression.toString());
    }

    private AmalgamException fault(String what) {
        return new AmalgamException(
                key + "=" + text.strip().replaceAll("\\R", " ") + ": " + what + " (" + source + ").");
    }
}
