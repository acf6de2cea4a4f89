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

    /** The table's lines, without trailing spaces. */
    public List<String> lines() {
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
        return all.stream().map(row -> line(row, widths)).toList();
    }

    private String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String padding = " ".repeat(widths[column] - width(row.get(column)));
            boolean right = columns.get(column).align() == Align.RIGHT;
            line.append(column == 0 ? "" : "  ").append(right ? padding + row.get(column) : row.get(column) + padding);
        }
        return line.toString().stripTrailing();
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
