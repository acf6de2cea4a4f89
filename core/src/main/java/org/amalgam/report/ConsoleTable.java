package org.amalgam.report;

import org.amalgam.pool.TaskScore;
import org.amalgam.report.AccuracyTable.Kind;
import org.amalgam.report.AccuracyTable.Row;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * The accuracy table for a terminal: per cent with one decimal, a column a task, the average last with its 95 % interval.
 * Where the columns do not fit, task names are shortened as long as they stay distinct; where that is not enough the columns
 * go on below.
 *
 * @param width characters a line may have, at least 40
 * @param bold whether the best merged value of each column is in ANSI bold; for a terminal that has it
 */
public record ConsoleTable(int width, boolean bold) {

    private static final int LEAST_WIDTH = 40;
    private static final int NUMBER = 5;
    private static final int SHORTEST_NAME = 6;
    private static final String AVERAGE = "average";
    private static final String MISSING = "–";

    public ConsoleTable {
        width = Math.max(width, LEAST_WIDTH);
    }

    /** Table and, below it, the share of the fine-tuning's gain that the best merged model keeps; empty for an empty table. */
    public List<String> lines(AccuracyTable table) {
        if (table.tasks().isEmpty() || table.rows().isEmpty()) {
            return List.of();
        }
        int labels = 1
                + table.rows().stream()
                        .mapToInt(row -> printable(row.label()).length())
                        .max()
                        .orElse(0);
        int interval = table.rows().stream()
                .mapToInt(row -> plusMinus(table, row).length())
                .max()
                .orElse(0);
        List<String> names = shortened(table.tasks(), labels, interval);
        List<String> lines = new ArrayList<>();
        int from = 0;
        while (from < names.size()) {
            int to = last(names, from, labels, interval);
            if (from > 0) {
                lines.add("");
            }
            addBlock(lines, table, names, from, to, labels);
            from = to;
        }
        table.headline().flatMap(row -> Verdict.kept(table, row)).ifPresent(kept -> {
            lines.add("");
            boolean several = table.rows(Kind.MERGED).size() > 1;
            lines.add(" " + (several ? printable(table.headline().orElseThrow().label()) + " " : "") + kept);
        });
        return List.copyOf(lines);
    }

    /** The end of the block of columns that starts there: as many as fit, the average only beside the last. */
    private int last(List<String> names, int from, int labels, int interval) {
        int used = labels;
        for (int i = from; i < names.size(); i++) {
            used += column(names.get(i));
            int tail = i == names.size() - 1 ? averageColumn() + interval : 0;
            if (used + tail > width && i > from) {
                return i;
            }
        }
        return names.size();
    }

    private void addBlock(List<String> lines, AccuracyTable table, List<String> names, int from, int to, int labels) {
        boolean withAverage = to == names.size();
        StringBuilder header = new StringBuilder(" ".repeat(labels));
        for (String name : names.subList(from, to)) {
            header.append(right(name, column(name)));
        }
        if (withAverage) {
            header.append(right(AVERAGE, averageColumn()));
        }
        lines.add(header.toString());
        for (Row row : table.rows()) {
            StringBuilder line = new StringBuilder(" ").append(printable(row.label()));
            line.append(" ".repeat(labels - line.length()));
            for (int i = from; i < to; i++) {
                String task = table.tasks().get(i);
                Optional<Double> accuracy = row.score(task).map(TaskScore::accuracy);
                line.append(cell(row, accuracy, table.bestMerged(task), column(names.get(i))));
            }
            if (withAverage) {
                OptionalDouble average = table.average(row);
                Optional<Double> boxed = average.isPresent() ? Optional.of(average.getAsDouble()) : Optional.empty();
                line.append(cell(row, boxed, table.bestMergedAverage(), averageColumn()));
                line.append(plusMinus(table, row));
            }
            lines.add(line.toString());
        }
    }

    private String cell(Row row, Optional<Double> value, OptionalDouble best, int columnWidth) {
        String text = right(value.map(Numbers::percent).orElse(MISSING), columnWidth);
        boolean isBest =
                row.kind() == Kind.MERGED && value.isPresent() && best.isPresent() && value.get() == best.getAsDouble();
        return bold && isBest ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    /** Only merged rows carry their interval: it is their average that the reader weighs. */
    private static String plusMinus(AccuracyTable table, Row row) {
        return row.kind() == Kind.MERGED
                ? table.averageInterval(row)
                        .map(i -> "  ±" + Numbers.percent(i.half()))
                        .orElse("")
                : "";
    }

    /** The longest names for which all columns fit in one line; the shortest distinct ones where none do. */
    private List<String> shortened(List<String> tasks, int labels, int interval) {
        List<String> names = tasks.stream().map(ConsoleTable::printable).toList();
        List<String> best = names;
        int longest = names.stream().mapToInt(String::length).max().orElse(0);
        for (int cap = longest; cap >= SHORTEST_NAME; cap--) {
            int limit = cap;
            List<String> candidate =
                    names.stream().map(name -> cut(name, limit)).toList();
            if (new LinkedHashSet<>(candidate).size() < names.size()) {
                break;
            }
            best = candidate;
            int total = labels
                    + averageColumn()
                    + interval
                    + candidate.stream().mapToInt(ConsoleTable::column).sum();
            if (total <= width) {
                return candidate;
            }
        }
        // They must go on below anyway: then there is room for names that need no guessing.
        return Stream.of(names, best)
                .filter(list ->
                        list.stream().allMatch(name -> labels + column(name) + averageColumn() + interval <= width))
                .findFirst()
                .orElse(best);
    }

    private static String cut(String name, int limit) {
        return name.length() <= limit ? name : name.substring(0, limit - 1) + "…";
    }

    private static int column(String name) {
        return Math.max(NUMBER, name.length()) + 2;
    }

    private static int averageColumn() {
        return AVERAGE.length() + 3;
    }

    private static String right(String text, int columnWidth) {
        return " ".repeat(Math.max(0, columnWidth - text.length())) + text;
    }

    /** Names come from files: a control character in one must not reach the terminal. */
    private static String printable(String name) {
        return name.codePoints()
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
