package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.Source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The command lines that one with several values stands for: every combination, the last value changing fastest. */
final class Sweep {

    private static final int MOST = 10_000;
    private static final Source JOB = new Source("multirun");

    private Sweep() {}

    /**
     * One of the command lines.
     *
     * @param values what it has of the keys that are swept, by key
     */
    record Line(int number, Map<String, String> values, List<Argument> arguments) {}

    /**
     * The command lines in their order.
     *
     * @throws AmalgamException if a value cannot be read, or there are more than {@value #MOST} combinations
     */
    static List<Line> of(List<Argument> arguments, GroupFiles files) {
        List<Line> lines = List.of(new Line(0, Map.of(), List.of()));
        for (Argument argument : arguments) {
            List<String> values = values(argument, files);
            if ((long) lines.size() * values.size() > MOST) {
                throw new AmalgamException("The values ask for more than " + MOST + " jobs (" + argument.source()
                        + "). Give fewer of them.");
            }
            List<Line> longer = new ArrayList<>();
            for (Line line : lines) {
                values.forEach(value -> longer.add(with(line, argument, value, values.size() > 1)));
            }
            lines = longer;
        }
        List<Line> numbered = new ArrayList<>();
        for (Line line : lines) {
            numbered.add(numbered(line, numbered.size()));
        }
        return numbered;
    }

    private static List<String> values(Argument argument, GroupFiles files) {
        int equals = argument.text().indexOf('=');
        if (equals < 0) {
            return List.of("");
        }
        String key = key(argument);
        String folder = key.contains("@") ? key.substring(0, key.indexOf('@')) : key;
        return new SweptValue(key, argument.text().substring(equals + 1), argument.source())
                .values(files.isGroup(folder) ? files.names(folder) : List.of());
    }

    private static String key(Argument argument) {
        return argument.text().substring(0, argument.text().indexOf('=')).replaceFirst("^\\+{1,2}", "");
    }

    private static Line with(Line line, Argument argument, String value, boolean isSwept) {
        int equals = argument.text().indexOf('=');
        List<Argument> arguments = new ArrayList<>(line.arguments());
        arguments.add(
                equals < 0
                        ? argument
                        : new Argument(argument.text().substring(0, equals + 1) + value, argument.source()));
        Map<String, String> values = new LinkedHashMap<>(line.values());
        if (isSwept) {
            values.put(key(argument), value);
        }
        return new Line(0, values, arguments);
    }

    /** A job can ask for its number and values, and so can one that is carried on later. */
    private static Line numbered(Line line, int number) {
        String name = line.values().entrySet().stream()
                .map(value -> value.getKey() + "=" + value.getValue())
                .collect(Collectors.joining(","));
        List<Argument> arguments = new ArrayList<>(line.arguments());
        arguments.add(new Argument("hydra.job.num=" + number, JOB));
        arguments.add(new Argument("hydra.job.override_dirname='" + name.replaceAll("['/\\\\]", "_") + "'", JOB));
        return new Line(number, line.values(), arguments);
    }
}
