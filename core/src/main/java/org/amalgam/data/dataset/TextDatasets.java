package org.amalgam.data.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Hashes;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Opens texts, labelled or not: Parquet, CSV with a header, or one JSON object a line. */
public final class TextDatasets {

    /**
     * A file's ending, its format in words, and the table function that reads it. A folder of the path that is named {@code key=value}
     * is no column.
     */
    private enum Format {
        PARQUET("parquet", "Parquet", "read_parquet(%s, hive_partitioning = false)"),
        // Told and not guessed: a semicolon in a few short texts must not pass for what parts the columns.
        CSV("csv", "CSV", "read_csv(%s, hive_partitioning = false, delim = ',', quote = '\"', escape = '\"'"),
        // As GLUE's are written: a quotation mark is a character of the text, and may stand there alone.
        TSV("tsv", "TSV", "read_csv(%s, hive_partitioning = false, delim = '\t', quote = '', escape = ''"),
        JSON_LINES("jsonl", "JSON lines", "read_json(%s, hive_partitioning = false, format = 'newline_delimited')");

        private final String ending;
        private final String words;
        private final String function;

        Format(String ending, String words, String function) {
            this.ending = ending;
            this.words = words;
            this.function = function;
        }

        /** The rows, of which the columns alone are asked for. */
        String described(Path file) {
            return loosely(file, true);
        }

        /** The header as a row, for the formats that have one. */
        Optional<String> header(Path file) {
            return this == CSV || this == TSV ? Optional.of(loosely(file, false)) : Optional.empty();
        }

        /** Fields that a line lacks are null, those in which nothing stands are not. */
        private String loosely(Path file, boolean header) {
            return table(
                    file,
                    ", header = " + header + ", all_varchar = true, strict_mode = false, null_padding = true,"
                            + " parallel = false, nullstr = chr(1))");
        }

        /** The rows; with the columns of a CSV file told, a row that has others is named by its line. */
        String rows(Path file, List<String> columns) {
            return table(
                    file,
                    columns.stream()
                            .map(column -> DuckDb.literal(column) + ": 'VARCHAR'")
                            .collect(Collectors.joining(
                                    ", ", ", header = true, auto_detect = false, columns = {", "})")));
        }

        private String table(Path file, String rest) {
            String called = function.formatted(DuckDb.path(file));
            return this == CSV || this == TSV ? called + rest : called;
        }

        static Optional<Format> of(Path file) {
            for (Format format : values()) {
                if (file.toString().endsWith("." + format.ending)) {
                    return Optional.of(format);
                }
            }
            return Optional.empty();
        }
    }

    /** What the columns of texts are called in GLUE and elsewhere; the first that a file has are taken. */
    private static final List<List<String>> TEXTS = List.of(
            List.of("sentence1", "sentence2"),
            List.of("premise", "hypothesis"),
            List.of("question", "sentence"),
            List.of("question1", "question2"),
            List.of("sentence"),
            List.of("text"));

    private static final String ENDINGS = "expected files whose names end in .parquet, .csv, .tsv or .jsonl";

    /** Characters of a line that an error shows. */
    private static final int SHOWN = 60;

    /** What DuckDB says of a line whose fields are not as many as the columns. */
    private static final Pattern OTHER_FIELDS = Pattern.compile(
            "CSV Error on Line: (\\d+)\\s+Original Line: (.*)\\s+Expected Number of Columns: (\\d+) Found: (\\d+)",
            Pattern.DOTALL);

    /** A whole number; a column in which one label is none, or hidden, may hold the others as 1.0. */
    private static final Pattern WHOLE = Pattern.compile("(-?\\d{1,9})(?:\\.0+)?");

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private TextDatasets() {}

    /**
     * Opens a folder or files, which make one set in their order.
     *
     * @param split which part of a folder; may be empty where there is only one
     * @param columns the columns of the texts, one or two; empty for the first of the known ones
     * @param classNames names that stand in the column of labels; empty where numbers stand there
     * @param name what the user calls the data set
     * @throws AmalgamException if nothing is found there, no column holds texts, a text is empty or what stands for a label is none
     */
    public static TextDataset open(
            List<Path> paths, String split, List<String> columns, List<String> classNames, String name) {
        List<Path> files = files(paths, split, name);
        List<TextDataset.Example> examples = new ArrayList<>();
        List<String> hidden = new ArrayList<>();
        for (Path file : files) {
            try {
                read(file, columns, classNames, examples).stream()
                        .map(present -> Labels.missing(name, file, present))
                        .forEach(hidden::add);
            } catch (AmalgamException e) {
                throw switch (Format.of(file).orElseThrow()) {
                    case JSON_LINES -> orBrokenRow(file, e);
                    case CSV -> orOtherFields(file, "put a text that holds a comma in double quotes", e);
                    case TSV -> orOtherFields(file, "take the tabs out of its text", e);
                    case PARQUET -> e;
                };
            }
        }
        if (examples.isEmpty()) {
            throw new AmalgamException("the data set " + name + " is empty: " + files.get(0) + " has no rows");
        }
        String fingerprint = Hashes.sha256(files.toArray(Path[]::new)) + " " + columns + " " + classNames;
        examples.stream()
                .filter(example -> example.label() == Labels.NONE)
                .findFirst()
                .ifPresent(example -> hidden.add(Labels.hidden(name, example.where())));
        return new TextDataset(name, examples, hidden.stream().findFirst(), fingerprint);
    }

    /** The row that is no JSON object, if there is one: DuckDB counts lines in its own way. */
    private static AmalgamException orBrokenRow(Path file, AmalgamException otherwise) {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            int row = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank() && !isObject(line)) {
                    return new AmalgamException(
                            file + ", row " + row + ": is no JSON object; mend the line or leave it out", otherwise);
                }
                row++;
            }
            return otherwise;
        } catch (IOException e) {
            return otherwise;
        }
    }

    /** The line that has more or fewer fields than the header, if that is what DuckDB found. */
    private static AmalgamException orOtherFields(Path file, String mend, AmalgamException otherwise) {
        Matcher found = OTHER_FIELDS.matcher(String.valueOf(otherwise.getCause()));
        if (!found.find()) {
            return otherwise;
        }
        int expected = Integer.parseInt(found.group(3));
        int fields = Integer.parseInt(found.group(4));
        return new AmalgamException(
                file + ", line " + found.group(1) + ": expected " + expected + " fields, as the header has, found "
                        + fields + " in " + beginning(found.group(2)) + "; "
                        + (fields > expected ? mend : "add what is missing") + ", or leave the line out",
                otherwise);
    }

    /** What a line begins with, which may go on over a break in quotes. */
    private static String beginning(String line) {
        String first = line.lines().findFirst().orElse("");
        return first.length() <= SHOWN && first.length() == line.length()
                ? line
                : first.substring(0, Math.min(SHOWN, first.length())) + "…";
    }

    private static boolean isObject(String line) {
        try {
            return JSON.readTree(line) instanceof ObjectNode;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static List<Path> files(List<Path> paths, String split, String name) {
        if (paths.size() == 1 && Files.isDirectory(paths.get(0))) {
            Path folder = paths.get(0);
            for (Format format : Format.values()) {
                Map<String, List<Path>> splits = SplitFiles.bySplit(folder, format.ending);
                if (!splits.isEmpty()) {
                    return SplitFiles.requireOneSet(splits.get(ImageDatasets.choose(folder, splits.keySet(), split)));
                }
            }
            throw new AmalgamException(folder + " holds no texts: " + ENDINGS);
        }
        for (Path path : paths) {
            if (!Files.isRegularFile(path) || Format.of(path).isEmpty()) {
                throw new AmalgamException(path + (Files.exists(path) ? " holds no texts: " : " does not exist: ")
                        + ENDINGS + " for the data set " + name + ", or one folder of them");
            }
        }
        return paths;
    }

    /** Adds the file's rows to the examples, and gives the columns that it has if none of them holds labels. */
    private static Optional<List<String>> read(
            Path file, List<String> columns, List<String> classNames, List<TextDataset.Example> examples) {
        Format format = Format.of(file).orElseThrow();
        List<String> present = columns(file, format);
        List<String> texts = texts(file, columns, present);
        Optional<String> label =
                Labels.COLUMNS.stream().filter(present::contains).findFirst();
        String selected = texts.stream().map(TextDatasets::asText).collect(Collectors.joining(", "));
        String rows = "SELECT " + label.map(TextDatasets::asText).orElse("NULL") + ", " + selected + " FROM "
                + format.rows(file, present);
        return DuckDb.query(file, format.words, rows, result -> {
            for (int row = 0; result.next(); row++) {
                String where = file + ", row " + row;
                List<String> own = new ArrayList<>();
                for (int i = 0; i < texts.size(); i++) {
                    String text = result.getString(i + 2);
                    if (text == null || text.isEmpty()) {
                        throw new AmalgamException(
                                where + ": " + texts.get(i) + " is empty, expected a text; leave the row out");
                    }
                    own.add(text);
                }
                examples.add(new TextDataset.Example(own, label(result.getString(1), classNames, where), where));
            }
            return label.isEmpty() ? Optional.of(present) : Optional.empty();
        });
    }

    /** The columns that a file says it has: DuckDB counts those of the longest line, header or not. */
    private static List<String> columns(Path file, Format format) {
        String described = "DESCRIBE SELECT * FROM " + format.described(file);
        List<String> names = DuckDb.query(file, format.words, described, result -> {
            List<String> found = new ArrayList<>();
            while (result.next()) {
                found.add(result.getString(1));
            }
            return found;
        });
        return format.header(file)
                .map(header -> DuckDb.query(file, format.words, "SELECT * FROM " + header + " LIMIT 1", result -> {
                    int fields = 0;
                    if (result.next()) {
                        while (fields < names.size() && result.getString(fields + 1) != null) {
                            fields++;
                        }
                    }
                    return names.subList(0, fields);
                }))
                .orElse(names);
    }

    private static List<String> texts(Path file, List<String> columns, List<String> present) {
        if (columns.size() > 2) {
            throw new AmalgamException("columns: expected one or two, found " + columns);
        }
        return (columns.isEmpty() ? TEXTS : List.of(columns))
                .stream()
                        .filter(present::containsAll)
                        .findFirst()
                        .orElseThrow(() -> new AmalgamException(file + ": there is no column of texts; expected "
                                + (columns.isEmpty() ? "one or a pair of " + TEXTS : columns)
                                + ", found " + present + "; name them with columns: [...]"));
    }

    private static String asText(String column) {
        return "CAST(" + DuckDb.identifier(column) + " AS VARCHAR)";
    }

    /** A label is written as its number or as its name, and hidden as -1 or as nothing. */
    private static int label(String given, List<String> classNames, String where) {
        if (given == null) {
            return Labels.NONE;
        }
        int named = classNames.indexOf(given);
        if (named >= 0) {
            return named;
        }
        Matcher whole = WHOLE.matcher(given);
        if (!whole.matches()) {
            throw new AmalgamException(where + ": the label is " + given + ", expected a whole number"
                    + (classNames.isEmpty() ? ", or names that classnames: [...] lists" : " or one of " + classNames));
        }
        return Labels.check(Long.parseLong(whole.group(1)), classNames, where);
    }
}
