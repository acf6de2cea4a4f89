package org.amalgam.report;

import java.util.Comparator;
import java.util.List;

/**
 * Where the time of a run went.
 *
 * @param rows one an action, in any order
 * @param totalSeconds wall time of what was profiled, at least what the actions took together unless they overlap
 */
public record Profile(List<ProfileRow> rows, double totalSeconds) {

    /** Width to which the reference's profiler pads a number before its tab. */
    private static final int NUMBER_WIDTH = 15;

    private static final int DIGITS = 5;
    private static final int TAB = 8;
    private static final String ACTION = "Action";

    /** Rows are put in the order in which they are printed: the longest first. */
    public Profile {
        rows = rows.stream()
                .sorted(Comparator.comparingDouble(ProfileRow::totalSeconds).reversed())
                .toList();
    }

    /** Share of the total that an action took, in per cent. */
    public double percent(ProfileRow row) {
        return totalSeconds > 0 ? 100 * row.totalSeconds() / totalSeconds : 0;
    }

    /** How often any action was timed. */
    public long calls() {
        return rows.stream().mapToLong(ProfileRow::calls).sum();
    }

    /**
     * The profiler's report in the columns, order, rounding and spacing of Lightning's simple profiler, so that what reads
     * the reference's log reads this one too. Lines end in \n, tabs are expanded.
     */
    public String table() {
        int width = rows.stream().mapToInt(row -> row.action().length()).max().orElse(0);
        width = Math.max(width, ACTION.length());
        String header = line(width, ACTION, "Mean duration (s)", "Num calls", "Total time (s)", "Percentage %");
        // The reference measures the rule on a line with its line break, hence one dash more than the line has
        // characters.
        String rule = "-".repeat(header.length() + 1);
        StringBuilder text = new StringBuilder("Profiler Report\n\n");
        text.append(rule).append('\n').append(header).append('\n').append(rule).append('\n');
        text.append(line(width, "Total", "-", Long.toString(calls()), number(totalSeconds), "100 %"))
                .append('\n');
        text.append(rule).append('\n');
        for (ProfileRow row : rows) {
            text.append(line(
                            width,
                            row.action(),
                            number(row.meanSeconds()),
                            Long.toString(row.calls()),
                            number(row.totalSeconds()),
                            number(percent(row))))
                    .append('\n');
        }
        return text.append(rule).append('\n').toString();
    }

    private static String number(double value) {
        return Numbers.significant(value, DIGITS);
    }

    private static String line(int actionWidth, String action, String... numbers) {
        StringBuilder line = new StringBuilder("|  ");
        cell(line, action, actionWidth);
        for (String number : numbers) {
            line.append("|  ");
            cell(line, number, NUMBER_WIDTH);
        }
        return line.append('|').toString();
    }

    private static void cell(StringBuilder line, String text, int width) {
        line.append(text).append(" ".repeat(Math.max(0, width - text.length())));
        line.append(" ".repeat(TAB - line.length() % TAB));
    }
}
