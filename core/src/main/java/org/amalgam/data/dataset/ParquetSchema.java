package org.amalgam.data.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a Parquet file keeps its images and labels.
 *
 * @param imageBytes SQL expression of the encoded bytes
 * @param labelColumn name of the label column; empty where there is none
 * @param classNames of the label column in the Hugging Face metadata; empty where there is none
 * @param columns all there are
 * @param rows number of rows
 */
record ParquetSchema(
        String imageBytes, Optional<String> labelColumn, List<String> classNames, List<String> columns, long rows) {

    private static final List<String> IMAGE_COLUMNS = List.of("image", "img");

    static ParquetSchema read(Path file) {
        Map<String, String> columns = columns(file);
        JsonNode features = features(file);
        String image = imageColumn(file, columns, features);
        Optional<String> label = labelColumn(file, columns, features);
        String column = DuckDb.identifier(image);
        List<String> names = new ArrayList<>();
        label.ifPresent(given -> features.path(given).path("names").forEach(name -> names.add(name.asText())));
        long rows = DuckDb.query(
                file,
                "SELECT sum(num_rows) FROM parquet_file_metadata(" + DuckDb.path(file) + ")",
                result -> result.next() ? result.getLong(1) : 0);
        return new ParquetSchema(
                columns.get(image).equals("BLOB") ? column : column + ".bytes",
                label,
                List.copyOf(names),
                List.copyOf(columns.keySet()),
                rows);
    }

    private static Map<String, String> columns(Path file) {
        return DuckDb.query(file, "DESCRIBE SELECT * FROM " + DuckDb.tableOf(file), result -> {
            Map<String, String> columns = new LinkedHashMap<>();
            while (result.next()) {
                columns.put(result.getString(1), result.getString(2));
            }
            return columns;
        });
    }

    /** The features in the metadata that {@code datasets} writes; missing where another tool wrote the file. */
    private static JsonNode features(Path file) {
        String text = DuckDb.query(
                file,
                "SELECT decode(value) FROM parquet_kv_metadata(" + DuckDb.path(file)
                        + ") WHERE key = encode('huggingface')",
                result -> result.next() ? result.getString(1) : "{}");
        try {
            return new ObjectMapper().readTree(text).path("info").path("features");
        } catch (IOException e) {
            throw new AmalgamException(file + ": the huggingface metadata is no JSON: " + e.getMessage(), e);
        }
    }

    private static String imageColumn(Path file, Map<String, String> columns, JsonNode features) {
        String found = IMAGE_COLUMNS.stream()
                .filter(columns::containsKey)
                .findFirst()
                .or(() -> ofType(columns, features, "Image"))
                .orElseThrow(() -> new AmalgamException(
                        file + ": expected a column image or img, found " + String.join(", ", columns.keySet())));
        String type = columns.get(found);
        if (!type.equals("BLOB") && !type.matches("STRUCT\\(.*\\b\"?bytes\"? BLOB.*\\)")) {
            throw new AmalgamException(file + ": the column " + found + " has type " + type
                    + ", expected struct(bytes, path) or bytes of an image file");
        }
        return found;
    }

    private static Optional<String> labelColumn(Path file, Map<String, String> columns, JsonNode features) {
        Optional<String> found = Labels.COLUMNS.stream()
                .filter(columns::containsKey)
                .findFirst()
                .or(() -> ofType(columns, features, "ClassLabel"));
        found.filter(column -> !columns.get(column).matches("U?(TINY|SMALL|BIG)INT|U?INTEGER"))
                .ifPresent(column -> {
                    throw new AmalgamException(file + ": the column " + column + " has type " + columns.get(column)
                            + ", expected whole numbers");
                });
        return found;
    }

    private static Optional<String> ofType(Map<String, String> columns, JsonNode features, String type) {
        return columns.keySet().stream()
                .filter(column -> features.path(column).path("_type").asText().equals(type))
                .findFirst();
    }
}
