package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;
import org.amalgam.data.dataset.ResultTable.Column;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ResultTableTest {

    private final ResultTable table = new ResultTable(List.of(
            Column.texts("model", List.of("it's", "\"b\"")),
            Column.numbers("accuracy of \"a b\"", List.of(0.1, Double.NaN)),
            Column.truths("dominated", List.of(true, false))));

    /** Read as any program reads it: types, names, values and what is missing. */
    @Test
    void aParquetFileHoldsTheTable(@TempDir Path folder) {
        Path file = folder.resolve("it's.parquet");
        table.writeParquet(file);
        String rows = "FROM read_parquet(" + DuckDb.literal(file.toString()) + ")";

        assertThat(DuckDb.<List<String>>query(file, "DESCRIBE SELECT * " + rows, result -> {
                    List<String> columns = new ArrayList<>();
                    while (result.next()) {
                        columns.add(result.getString(1) + " " + result.getString(2));
                    }
                    return columns;
                }))
                .containsExactly("model VARCHAR", "accuracy of \"a b\" DOUBLE", "dominated BOOLEAN");
        assertThat(DuckDb.<List<List<Object>>>query(file, "SELECT * " + rows, result -> {
                    List<List<Object>> values = new ArrayList<>();
                    while (result.next()) {
                        List<Object> row = new ArrayList<>();
                        for (int i = 1; i <= 3; i++) {
                            row.add(String.valueOf(result.getObject(i)));
                        }
                        values.add(row);
                    }
                    return values;
                }))
                .containsExactly(List.of("it's", "0.1", "true"), List.of("\"b\"", "null", "false"));
    }

    /** To DuckDB they are one, and a front of two such tasks was lost after all learning. */
    @Test
    void namesThatDifferInCaseAloneHaveANumber(@TempDir Path folder) {
        Path file = folder.resolve("a.parquet");
        List<Double> one = List.of(1.0);
        new ResultTable(List.of(
                        Column.numbers("birds", one),
                        Column.numbers("Birds", List.of(2.0)),
                        Column.numbers("BIRDS", one),
                        Column.numbers("birds_2", one)))
                .writeParquet(file);
        assertThat(DuckDb.<List<String>>query(file, "DESCRIBE SELECT * FROM " + DuckDb.tableOf(file), result -> {
                    List<String> columns = new ArrayList<>();
                    while (result.next()) {
                        columns.add(result.getString(1));
                    }
                    return columns;
                }))
                .containsExactly("birds", "Birds_2", "BIRDS_3", "birds_2_2");
    }

    @Test
    void nothingIsLeftWhereItCannotBeWritten(@TempDir Path folder) throws Exception {
        Path taken = Files.createDirectories(folder.resolve("taken"));

        assertThatThrownBy(() -> table.writeParquet(taken))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("expected the name of a file");
        assertThat(folder).isDirectoryContaining(taken::equals);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(taken);
        }
    }

    @Test
    void columnsHaveOneLength() {
        assertThatThrownBy(() -> new ResultTable(
                        List.of(Column.texts("a", List.of("x")), Column.numbers("b", List.of(1.0, 2.0)))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
