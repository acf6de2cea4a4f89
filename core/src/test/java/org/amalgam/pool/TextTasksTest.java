package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.data.dataset.TextDatasets;
import org.amalgam.fixtures.TinyGpt2;
import org.amalgam.model.TokenIds;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.OptionalInt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Text tasks: files to tokens to features. */
class TextTasksTest {

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private Path ancestor;
    private Path expert;

    @BeforeEach
    void makeModels() {
        expert = TinyGpt2.family(temporary, 1).get("a");
        ancestor = temporary.resolve("gpt2");
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private Path write(String name, String content) throws IOException {
        Path file = temporary.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private Task open(OptionalInt longest, Path path, String split, List<String> columns, List<String> names) {
        try (TextTasks tasks = new TextTasks(ancestor, ancestor, longest)) {
            Task task = tasks.open(new TextTaskSpec("t", List.of(path), split, columns, names), expert);
            // The tokenizer ends with its owner: what is asked of the task is asked here.
            assertThat(task.batch(new int[] {0}).samples()).isEqualTo(1);
            return task;
        }
    }

    private Batch all(OptionalInt longest, Path path, String split, List<String> columns, List<String> names) {
        try (TextTasks tasks = new TextTasks(ancestor, ancestor, longest)) {
            Task task = tasks.open(new TextTaskSpec("t", List.of(path), split, columns, names), expert);
            return task.batch(java.util.stream.IntStream.range(0, task.size()).toArray());
        }
    }

    @Test
    void aPathIsNoPattern() throws IOException {
        write("a1.csv", "text,label\nz,0\nz,0\n");
        for (String name : List.of("a[1].csv", "a?.csv", "a*.csv")) {
            Path file = write(name, "text,label\nab c,1\n");
            assertThat(all(OptionalInt.empty(), file, "", List.of(), List.of())
                            .labels()
                            .toLongs())
                    .as(name)
                    .containsExactly(1);
        }
    }

    @Test
    void everyFormatSaysTheSame() throws IOException {
        Path csv = write("a.csv", "label,text\n1,\"ab, c\"\n0,d\n".replace(", ", " "));
        Path tsv = write("a.tsv", "text\tlabel\nab c\t1\nd\t0\n");
        Path json = write("a.jsonl", "{\"text\": \"ab c\", \"label\": 1}\n{\"text\": \"d\", \"label\": 0}\n");
        Path split = write("folder/train.csv", "text,label\nz,0\n").getParent();
        write("folder/test.csv", "text,label\nab c,yes\nd,no\n");
        long[] expected = {0, 1, 26, 2, 3, TokenIds.NONE, TokenIds.NONE, TokenIds.NONE};
        for (Path path : List.of(csv, tsv, json)) {
            Batch batch = all(OptionalInt.empty(), path, "", List.of(), List.of());
            assertThat(batch.inputs().toLongs()).as(path.toString()).containsExactly(expected);
            assertThat(batch.labels().toLongs()).containsExactly(1, 0);
        }
        Batch named = all(OptionalInt.empty(), split, "test", List.of(), List.of("no", "yes"));
        assertThat(named.inputs().toLongs()).containsExactly(expected);
        assertThat(named.labels().toLongs()).containsExactly(1, 0);
    }

    /** However few rows there are, and whatever stands in all of them. */
    @Test
    void aCommaPartsTheColumnsOfCsv() throws IOException {
        Path file = write("s.csv", "text,label\na;b|c,0\n\"d;e|f\",1\n\"g \"\"h\"\";i|\",1\n");

        assertThat(TextDatasets.open(List.of(file), "", List.of(), List.of(), "t")
                        .examples())
                .extracting(example -> example.texts().get(0))
                .containsExactly("a;b|c", "d;e|f", "g \"h\";i|");
    }

    /** DuckDB would take the longest line for the columns' number and drop what the header does not name. */
    @Test
    void aRowOfMoreFieldsThanTheHeaderIsRefused() throws IOException {
        String where = ", line 2: expected 2 fields, as the header has, found 3 in ";
        String mend = "; put a text that holds a comma in double quotes, or leave the line out";
        refused(
                write("a.csv", "label,sentence\n0,Hello, world\n2,Bonjour, monde\n"),
                List.of(),
                "a.csv" + where + "0,Hello, world" + mend);
        refused(write("b.csv", "sentence,label\nabc,0,5\n"), List.of(), "b.csv" + where + "abc,0,5" + mend);
        refused(write("d.csv", "sentence,label\n\"ab\nc\",0,5\n"), List.of(), "d.csv" + where + "\"ab…" + mend);
        refused(
                write("e.csv", "sentence,label\n" + "a".repeat(90) + ",0,5\n"),
                List.of(),
                "e.csv" + where + "a".repeat(60) + "…" + mend);
        refused(
                write("c.tsv", "sentence\tlabel\na\tb\t0\n"),
                List.of(),
                "c.tsv" + where + "a\tb\t0; take the tabs out of its text, or leave the line out");
    }

    /** And so do line breaks, and columns without a name as an index has them. */
    @Test
    void commasInQuotesAreOfTheText() throws IOException {
        Path file = write("a.csv", ",\"text\",label,\n0,\"a, b\nc\",0,\n\n1,d,1,\n");

        assertThat(TextDatasets.open(List.of(file), "", List.of(), List.of(), "t")
                        .examples())
                .extracting(example -> example.texts().get(0) + " " + example.label())
                .containsExactly("a, b\nc 0", "d 1");
    }

    /** One that opens and never closes would swallow the rows below. */
    @Test
    void quotationMarksAreOfTheTextInTsv() throws IOException {
        Path file = write("test.tsv", "sentence\tlabel\n\"Hello\t0\nBonjour\"\t2\nabc\t1\n");

        assertThat(TextDatasets.open(List.of(file), "", List.of(), List.of(), "t")
                        .examples())
                .extracting(example -> example.texts().get(0) + " " + example.label())
                .containsExactly("\"Hello 0", "Bonjour\" 2", "abc 1");
    }

    /** One label that is none makes DuckDB read the column as fractions, and the others as 0.0. */
    @Test
    void theLabelThatIsNoWholeNumberIsNamed() throws IOException {
        String first = "{\"text\": \"a\", \"label\": 0}\n";
        refused(
                write("a.jsonl", first + "{\"text\": \"b\", \"label\": 1.5}\n"),
                List.of(),
                "a.jsonl, row 1: the label is 1.5, expected a whole number");
        Path whole = write("b.jsonl", first + "{\"text\": \"b\", \"label\": 1.0}\n");
        assertThat(all(OptionalInt.empty(), whole, "", List.of(), List.of())
                        .labels()
                        .toLongs())
                .containsExactly(0, 1);
    }

    /** DuckDB would take them for columns, in the place of the file's own or beside them. */
    @Test
    void foldersNamedKeyEqualsValueAreNoColumns() throws IOException, SQLException {
        Path parquet = temporary.resolve("label=5/kind=x/p.parquet");
        List<Path> files = List.of(
                parquet,
                write("label=5/kind=x/a.csv", "text,label\na,1\n"),
                write("label=5/kind=x/a.tsv", "text\tlabel\na\t1\n"),
                write("label=5/kind=x/a.jsonl", "{\"text\": \"a\", \"label\": 1}\n"));
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT 'a' AS text, 1 AS label) TO '" + parquet + "' (FORMAT parquet)");
        }
        for (Path file : files) {
            Batch batch = all(OptionalInt.empty(), file, "", List.of(), List.of());
            assertThat(batch.labels().toLongs()).as(file.toString()).containsExactly(1);
        }
    }

    @Test
    void parquetKeepsItsOrder() throws SQLException {
        Path parquet = temporary.resolve("p.parquet");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT chr((97 + i % 26)::INT) AS text, i % 2 AS label FROM range(5000) t(i)) TO '"
                    + parquet + "' (FORMAT parquet)");
        }
        Batch batch = all(OptionalInt.empty(), parquet, "", List.of(), List.of());
        assertThat(batch.samples()).isEqualTo(5000);
        long[] ids = batch.inputs().toLongs();
        for (int i = 0; i < ids.length; i++) {
            assertThat(ids[i]).isEqualTo(i % 26);
        }
    }

    @Test
    void pairsFollowEachOtherAndLongTextsAreCut() throws IOException {
        Path pairs = write("a.jsonl", "{\"sentence1\": \"abc\", \"sentence2\": \"de\", \"label\": 1}\n");
        assertThat(all(OptionalInt.empty(), pairs, "", List.of(), List.of())
                        .inputs()
                        .toLongs())
                .containsExactly(0, 1, 2, 3, 4);
        assertThat(all(OptionalInt.of(4), pairs, "", List.of(), List.of())
                        .inputs()
                        .toLongs())
                .hasSize(4);
        assertThat(all(OptionalInt.of(2), pairs, "", List.of("sentence1"), List.of())
                        .inputs()
                        .toLongs())
                .containsExactly(0, 1);
    }

    /** Padding, wide or narrow, changes no feature: a text alone is what it is beside a longer one. */
    @Test
    void paddingIsOfNoAccount() {
        Path file = TinyGpt2.texts(temporary.resolve("t.csv"), 12, 2, 5);
        try (Autograd.Off off = Autograd.off();
                TextTasks tasks = new TextTasks(ancestor, ancestor, OptionalInt.empty())) {
            Task task = tasks.open(new TextTaskSpec("t", List.of(file), "", List.of(), List.of()), expert);
            ModelPool pool = ModelPool.open(ancestor, java.util.Map.of("t", expert));
            var encoder = pool.architecture().encoder(pool.experts().get(0).weights());
            Tensor together = encoder.features(
                    task.batch(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}).inputs());
            for (int row = 0; row < 12; row++) {
                float[] alone =
                        encoder.features(task.batch(new int[] {row}).inputs()).toFloats();
                float[] beside = together.select(0, row).toFloats();
                for (int i = 0; i < alone.length; i++) {
                    assertThat(alone[i]).isCloseTo(beside[i], within(1e-5f));
                }
            }
        }
    }

    @Test
    void textsWithoutLabelsAreTextsAllTheSame() throws IOException {
        unlabelled(write("a.csv", "text,label\na,0\nb,-1\n"), 0, "row 1: the label is hidden", "take another split");
        unlabelled(write("b.csv", "text,label\na,0\nb,\n"), 0, "row 1: the label is hidden", "take another split");
        unlabelled(write("c.csv", "text,kind\na,0\nb,1\n"), -1, "no column of labels", "found text, kind");
        unlabelled(write("d.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"}\n"), -1, "no column of labels", "found text");
        open(OptionalInt.empty(), write("e.csv", "text,label\na,0\nb,1\n"), "", List.of(), List.of())
                .requireLabels();
    }

    private void unlabelled(Path file, int first, String... parts) {
        Batch batch = all(OptionalInt.empty(), file, "", List.of(), List.of());
        assertThat(batch.inputs().toLongs()).containsExactly(0, 1);
        assertThat(batch.labels().toLongs()).as(file.toString()).containsExactly(first, -1);
        Task task = open(OptionalInt.empty(), file, "", List.of(), List.of());
        assertThatThrownBy(task::requireLabels)
                .isInstanceOf(AmalgamException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining("the labels of t are needed")
                .hasMessageContainingAll(parts);
    }

    @Test
    void mistakesAreNamed() throws IOException {
        refused(write("a.csv", "text,label\na,0\nb,2\n"), List.of(), "row 1: the label is 2, and the head of");
        refused(write("b.csv", "text,label\na,0\nb,x\n"), List.of(), "row 1: the label is x, expected a whole number");
        refused(write("c.csv", "text,label\na,0\nb,-2\n"), List.of(), "row 1: the label is -2");
        refused(write("d.csv", "text,label\na,0\n,1\n"), List.of(), "row 1: text is empty");
        refused(write("e.csv", "words,label\na,0\n"), List.of(), "there is no column of texts");
        refused(write("f.csv", "text,label\na,0\n"), List.of("other"), "expected [other], found [text, label]");
        refused(write("h.txt", "a"), List.of(), "h.txt holds no texts");
        refused(write("i.csv", "text,label\n"), List.of(), "is empty");
        refused(write("j.parquet", "no parquet"), List.of(), "cannot be read as Parquet");
        refused(write("k.jsonl", "{\"text\": \"a\", \"lab"), List.of(), "k.jsonl");
        refused(
                write("l.csv", "text,label\na,0\nb\n"),
                List.of(),
                "line 3: expected 2 fields, as the header has, found 1 in b;");
        refused(write("n.csv", "text,label\na,0\nb,1,2\n"), List.of(), "n.csv");
        refused(
                write("m.jsonl", "{\"text\": \"a\", \"label\": 0}\n{\"text\": \"b\", \"label\"\n"),
                List.of(),
                "m.jsonl, row 1: is no JSON object");
        refused(
                write("n.jsonl", "{\"text\": \"a\", \"label\": 0}\n{\"label\": 1}\n"),
                List.of(),
                "row 1: text is empty");
        refused(temporary.resolve("absent.csv"), List.of(), "absent.csv does not exist");
        assertThatThrownBy(() -> open(OptionalInt.of(25), temporary, "", List.of(), List.of()))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("modelpool.max_length: 25")
                .hasMessageContaining("from 1 to 24");
        assertThatThrownBy(() -> LinearHead.of(ancestor, TinyGpt2.WIDTH))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("there is no tensor score.weight");
        assertThatThrownBy(() -> LinearHead.of(expert, 9))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("expected [classes, 9]");
    }

    private void refused(Path file, List<String> columns, String message) {
        assertThatThrownBy(() -> open(OptionalInt.empty(), file, "", columns, List.of()))
                .as(file.toString())
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aRowWithoutLabelNamesIsTheNumberThatStandsThere() throws IOException {
        Path file = write("a.csv", "text,label\na,1\n");
        assertThat(TextDatasets.open(List.of(file), "", List.of(), List.of(), "t")
                        .examples()
                        .get(0)
                        .label())
                .isEqualTo(1);
    }
}
