package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Results as columns of one length, for programs that read tables.
 *
 * @param columns in their order, of different names
 */
public record ResultTable(List<Column> columns) {

    /** What a column holds. */
    public enum Type {
        TEXT("VARCHAR"),
        /** Float64; NaN stands for no value and becomes a null. */
        NUMBER("DOUBLE"),
        TRUTH("BOOLEAN");

        private final String sql;

        Type(String sql) {
            this.sql = sql;
        }
    }

    /** A column with a value a row. */
    public record Column(String name, Type type, List<?> values) {

        public Column {
            values = List.copyOf(values);
        }

        public static Column texts(String name, List<String> values) {
            return new Column(name, Type.TEXT, values);
        }

        public static Column numbers(String name, List<Double> values) {
            return new Column(name, Type.NUMBER, values);
        }

        public static Column truths(String name, List<Boolean> values) {
            return new Column(name, Type.TRUTH, values);
        }

        /** The value of a row; null where there is none. */
        public Object value(int row) {
            Object value = values.get(row);
            return value instanceof Double number && number.isNaN() ? null : value;
        }
    }

    /** @throws IllegalArgumentException if the columns differ in length */
    public ResultTable {
        columns = List.copyOf(columns);
        if (columns.stream().map(column -> column.values().size()).distinct().count() > 1) {
            throw new IllegalArgumentException("columns of a table have one length");
        }
    }

    /** How many rows there are. */
    public int rows() {
        return columns.isEmpty() ? 0 : columns.get(0).values().size();
    }

    /**
     * Writes it as a Parquet file, in full or not at all. A column whose name is an earlier one's but for upper and lower case,
     * which are one to DuckDB, has its number behind it: {@code birds, Birds_2}.
     *
     * @throws AmalgamException if the file cannot be written
     */
    public void writeParquet(Path file) {
        Set<String> taken = new HashSet<>();
        List<String> definitions = columns.stream()
                .map(column -> DuckDb.identifier(free(column.name(), taken)) + " " + column.type().sql)
                .toList();
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 0; i < rows(); i++) {
            List<Object> row = new ArrayList<>();
            for (Column column : columns) {
                row.add(column.value(i));
            }
            rows.add(row);
        }
        AtomicFile.writeByName(file, partial -> {
            try {
                DuckDb.copy(definitions, rows, partial);
            } catch (SQLException e) {
                throw new IOException(e.getMessage(), e);
            }
        });
    }

    private static String free(String name, Set<String> taken) {
        String own = name;
        for (int i = 2; !taken.add(own.toLowerCase(Locale.ROOT)); i++) {
            own = name + "_" + i;
        }
        return own;
    }
}
