package org.amalgam.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows with aligned columns, two spaces apart.
 *
 * @param columns the columns; a header line is made unless all titles are empty
 * @param rows the cells, as many a row as there are columns
 */
public record Table(List<Column> columns, List<List<String>> rows) {

    /** Words are not folded into fewer characters than these. */
    private static final int FOLDED = 24;

    /** What goes on below a row's first cell stands in by so much. */
    private static final int INDENT = 4;

    /** Numbers are aligned to the right, words to the left. */
    public enum Align {
        LEFT,
        RIGHT
    }

    /** A column's title and alignment. */
    public record Column(String title, Align align) {

        public static Column left(String title) {
            return new Column(title, Align.LEFT);
        }

        public static Column right(String title) {
            return new Column(title, Align.RIGHT);
        }
    }

    public Table {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        int width = columns.size();
        if (rows.stream().anyMatch(row -> row.size() != width)) {
            throw new IllegalArgumentException("a row has not " + width + " cells");
        }
    }

    /** The table's lines, without trailing spaces, however long. */
    public List<String> lines() {
        return lines(Integer.MAX_VALUE);
    }

    /**
     * The table's lines for that many characters. A last column of words is folded; where that is not enough, each row has a line of
     * its own for its first cell, and the others go on below it.
     */
    public List<String> lines(int width) {
        List<List<String>> all = new ArrayList<>();
        List<String> titles = columns.stream().map(Column::title).toList();
        if (titles.stream().anyMatch(title -> !title.isEmpty())) {
            all.add(titles);
        }
        all.addAll(rows);
        int[] widths = IntStream.range(0, columns.size())
                .map(column -> all.stream()
                        .mapToInt(row -> width(row.get(column)))
                        .max()
                        .orElse(0))
                .toArray();
        List<Part> parts = parts(widths, width);
        return all.stream()
                .flatMap(row -> lines(row, parts, widths, width).stream())
                .toList();
    }

    /** Columns that share a line. */
    private record Part(int from, int to, int indent) {}

    private List<Part> parts(int[] widths, int width) {
        int[] least = widths.clone();
        int last = columns.size() - 1;
        if (columns.get(last).align() == Align.LEFT) {
            least[last] = Math.min(least[last], FOLDED);
        }
        Part whole = fitting(least, 0, 0, width);
        if (whole.to() == columns.size()) {
            return List.of(whole);
        }
        List<Part> parts = new ArrayList<>(List.of(new Part(0, 1, 0)));
        for (int from = 1;
                from < columns.size();
                from = parts.get(parts.size() - 1).to()) {
            parts.add(fitting(least, from, INDENT, width));
        }
        return parts;
    }

    /** As many columns as there is room for, at least one. */
    private static Part fitting(int[] widths, int from, int indent, int width) {
        int used = indent + widths[from];
        int to = from + 1;
        while (to < widths.length && used + 2 + widths[to] <= width) {
            used += 2 + widths[to];
            to++;
        }
        return new Part(from, to, indent);
    }

    /** Of a row that has several, those with anything on them. */
    private List<String> lines(List<String> row, List<Part> parts, int[] widths, int width) {
        List<String> lines = parts.stream()
                .flatMap(part -> lines(row, part, widths, width).stream())
                .filter(line -> !line.isEmpty())
                .toList();
        return lines.isEmpty() ? List.of("") : lines;
    }

    private List<String> lines(List<String> row, Part part, int[] widths, int width) {
        StringBuilder line = new StringBuilder(" ".repeat(part.indent()));
        for (int column = part.from(); column < part.to(); column++) {
            line.append(column == part.from() ? "" : "  ");
            String cell = row.get(column);
            if (column == columns.size() - 1 && columns.get(column).align() == Align.LEFT) {
                return folded(line.toString(), wrapped(cell, Math.max(FOLDED, width - line.length())));
            }
            String padding = " ".repeat(widths[column] - width(cell));
            line.append(columns.get(column).align() == Align.RIGHT ? padding + cell : cell + padding);
        }
        return folded(line.toString(), List.of(""));
    }

    /** The words after the start of their line, and below that what is left of them. */
    private static List<String> folded(String start, List<String> words) {
        return IntStream.range(0, words.size())
                .mapToObj(i -> ((i == 0 ? start : " ".repeat(start.length())) + words.get(i)).stripTrailing())
                .toList();
    }

    /** Words on lines of that width; a longer word has a line of its own, and a text that fits stays as it is. */
    public static List<String> wrapped(String text, int width) {
        if (text.length() <= width) {
            return List.of(text);
        }
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() > 0 ? " " : "").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
