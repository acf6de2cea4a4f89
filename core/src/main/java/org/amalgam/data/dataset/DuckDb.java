package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;
import org.duckdb.DuckDBConnection;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;

/**
 * The process's one in-memory DuckDB, started at the first query: half a second and its native library are spent only where a
 * Parquet file is read or written, or a table of texts is read. It keeps no tables, fetches no extension and writes no temporary
 * file.
 */
final class DuckDb {

    private DuckDb() {}

    /** Reads a query's rows. */
    interface Rows<T> {
        T read(ResultSet rows) throws SQLException;
    }

    /**
     * Runs one query over one file.
     *
     * @param file what an error names
     * @throws AmalgamException if the file cannot be read as Parquet
     */
    static <T> T query(Path file, String sql, Rows<T> rows) {
        return query(file, "Parquet", sql, rows);
    }

    /** As above for a file of another format. */
    static <T> T query(Path file, String format, String sql, Rows<T> rows) {
        try (Connection connection = Root.CONNECTION.duplicate();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            return rows.read(result);
        } catch (SQLException e) {
            throw new AmalgamException(
                    file + ": cannot be read as " + format + ", the file is damaged or cut off: " + firstLine(e), e);
        }
    }

    /**
     * Copies rows into a Parquet file.
     *
     * @param columns their definitions, as {@code "name" DOUBLE}
     * @param rows one value a column, null where there is none
     */
    static void copy(List<String> columns, List<List<Object>> rows, Path file) throws SQLException {
        // A temporary table belongs to its connection and ends with it.
        try (Connection connection = Root.CONNECTION.duplicate();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TEMPORARY TABLE copied (" + String.join(", ", columns) + ")");
            String places = String.join(", ", Collections.nCopies(columns.size(), "?"));
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO copied VALUES (" + places + ")")) {
                for (List<Object> row : rows) {
                    for (int i = 0; i < row.size(); i++) {
                        insert.setObject(i + 1, row.get(i));
                    }
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            statement.execute("COPY copied TO " + literal(file.toString()) + " (FORMAT parquet)");
        }
    }

    /** The table function that gives a file's rows. A folder of its path that is named {@code key=value} is no column. */
    static String tableOf(Path file) {
        return "read_parquet(" + path(file) + ", hive_partitioning = false)";
    }

    /** As above, with the rows' numbers. */
    static String rowsOf(Path file) {
        return "read_parquet(" + path(file) + ", hive_partitioning = false, file_row_number = true)";
    }

    /** A path for a table function, which takes it for a pattern: {@code [}, {@code *} and {@code ?} stand for themselves. */
    static String path(Path file) {
        return literal(file.toString().replaceAll("[\\[*?]", "[$0]"));
    }

    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static final class Root {
        static final DuckDBConnection CONNECTION = open();

        private static DuckDBConnection open() {
            try {
                Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                try (Statement statement = connection.createStatement()) {
                    statement.execute("SET memory_limit = '1GB'");
                    statement.execute("SET threads = 2");
                    statement.execute("SET temp_directory = ''");
                    statement.execute("SET autoinstall_known_extensions = false");
                    statement.execute("SET autoload_known_extensions = false");
                }
                return connection.unwrap(DuckDBConnection.class);
            } catch (SQLException e) {
                throw new IllegalStateException("DuckDB does not start: " + e.getMessage(), e);
            }
        }
    }
}
