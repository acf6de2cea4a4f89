package org.amalgam.cli;

import org.amalgam.run.Progress;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

class ConsoleTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Console console(Terminal terminal, Console.Volume volume) {
        return new Console(
                new PrintStream(out, true, terminal.charset()),
                new PrintStream(err, true, terminal.charset()),
                terminal,
                volume);
    }

    private static Terminal terminal(Charset charset) {
        return new Terminal(true, true, 80, true, charset);
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aPipeGetsNoColours() {
        Console console = console(Terminal.none(StandardCharsets.UTF_8), Console.Volume.NORMAL);
        console.item("plan", console.bold("reads 13 MB"));
        assertThat(text(out)).isEqualTo("plan     reads 13 MB\n");
    }

    @Test
    void aTerminalGetsColours() {
        Console console = console(terminal(StandardCharsets.UTF_8), Console.Volume.NORMAL);
        console.line(console.bold("x"));
        assertThat(text(out)).isEqualTo("\u001b[1mx\u001b[0m\n");
    }

    @Test
    void whatTheTerminalCannotShowIsSpelledOut() {
        console(Terminal.none(StandardCharsets.US_ASCII), Console.Volume.NORMAL).line("λ 0.12 … 0.71 ±0.9 █░ é");
        assertThat(text(out)).isEqualTo("lambda 0.12 .. 0.71 +-0.9 #. ?\n");
    }

    @Test
    void volumesAreKept() {
        Console json = console(Terminal.none(StandardCharsets.UTF_8), Console.Volume.JSON);
        json.line("narration");
        json.result("result");
        json.json("{}");
        json.progress("x", 1).close();
        Console quiet = json.at(Console.Volume.QUIET);
        quiet.line("narration");
        quiet.json("{}");
        quiet.result("result\n\n");
        assertThat(text(out)).isEqualTo("{}\nresult\n");
        assertThat(text(err)).isEmpty();
        quiet.warn("one device taken");
        assertThat(text(err)).isEqualTo("amalgam: one device taken\n");
    }

    @Test
    void tablesAreAligned() {
        Table table = new Table(
                List.of(Table.Column.left(""), Table.Column.right("mnist"), Table.Column.right("average")),
                List.of(List.of("zero-shot", "51.0", "47.6"), List.of("λ", "100.0", "88.2 ±0.9")));
        assertThat(table.lines())
                .containsExactly(
                        "           mnist    average", "zero-shot   51.0       47.6", "λ          100.0  88.2 ±0.9");
    }

    private static final Table WORDS = new Table(
            List.of(Table.Column.left("setting"), Table.Column.left("meaning")),
            List.of(
                    List.of("lr", "learning rate"),
                    List.of("init_values", "every coefficient before the first step; null gives 1 / number of tasks")));

    @Test
    void theLastColumnIsFoldedToTheTerminal() {
        console(new Terminal(true, true, 40, false, StandardCharsets.UTF_8), Console.Volume.NORMAL)
                .table(WORDS);
        assertThat(text(out).lines())
                .containsExactly(
                        "setting      meaning",
                        "lr           learning rate",
                        "init_values  every coefficient before",
                        "             the first step; null gives",
                        "             1 / number of tasks");
    }

    @Test
    void tablesForFilesAreNotFolded() {
        console(Terminal.none(StandardCharsets.UTF_8), Console.Volume.NORMAL).table(WORDS);
        assertThat(text(out).lines()).hasSize(3);
        assertThat(text(out).lines()).anyMatch(line -> line.endsWith("null gives 1 / number of tasks"));
    }

    @Test
    void whatFitsIsNotTouched() {
        Table table = new Table(
                List.of(Table.Column.left("key"), Table.Column.left("value")),
                List.of(List.of("a", "  b   c"), List.of("", ""), List.of("d", "e")));
        List<String> lines = List.of("key  value", "a      b   c", "", "d    e");
        assertThat(table.lines()).isEqualTo(lines);
        assertThat(table.lines(40)).isEqualTo(lines);
    }

    /** Numbers are not folded, and words not into a handful of characters. */
    @Test
    void whatDoesNotFitBesideTheFirstColumnGoesOnBelow() {
        Table numbers = new Table(
                List.of(
                        Table.Column.left("tensor"),
                        Table.Column.right("norm"),
                        Table.Column.right("relative"),
                        Table.Column.right("cosine")),
                List.of(
                        List.of("vision_model.embeddings.class_embedding", "1.25", "3.1 %", "0.99"),
                        List.of("all", "12.5", "10.1 %", "0.9")));
        assertThat(numbers.lines(40))
                .containsExactly(
                        "tensor",
                        "    norm  relative  cosine",
                        "vision_model.embeddings.class_embedding",
                        "    1.25     3.1 %    0.99",
                        "all",
                        "    12.5    10.1 %     0.9");
        Table words = new Table(
                List.of(Table.Column.left("name"), Table.Column.left("what it is")),
                List.of(List.of("clip-vit-base-patch32", "CLIP ViT-B/32 and its models, with their data.")));
        assertThat(words.lines(40))
                .containsExactly(
                        "name",
                        "    what it is",
                        "clip-vit-base-patch32",
                        "    CLIP ViT-B/32 and its models, with",
                        "    their data.");
    }

    @Test
    void progressWithoutTerminalIsALineEveryTenSecondsAndALastOne() {
        List<String> lines = new ArrayList<>();
        AtomicLong clock = new AtomicLong(123);
        Progress progress = new PacedProgress(
                new PacedProgress.Lines("adapting", 500, lines::add), PacedProgress.LOG_INTERVAL, clock::get);
        for (int step = 1; step <= 250; step++) {
            clock.addAndGet(100_000_000L);
            progress.step(step, "entropy 0.4");
        }
        progress.close();
        assertThat(lines)
                .containsExactly(
                        "adapting  100/500  entropy 0.4  40 s left",
                        "adapting  200/500  entropy 0.4  30 s left",
                        "adapting  250/500  entropy 0.4  25 s left");
    }

    @Test
    void progressThatWasJustPrintedIsNotRepeated() {
        List<String> lines = new ArrayList<>();
        AtomicLong clock = new AtomicLong();
        Progress progress = new PacedProgress(
                new PacedProgress.Lines("adapting", 1, lines::add), PacedProgress.LOG_INTERVAL, clock::get);
        clock.set(11_000_000_000L);
        progress.step(1, "");
        progress.close();
        assertThat(lines).containsExactly("adapting  1/1  11 s");
    }

    @Test
    void aTerminalShowsABarOnItsErrorStream() {
        Progress progress =
                console(terminal(StandardCharsets.UTF_8), Console.Volume.NORMAL).progress("adapting", 500);
        progress.step(412, "entropy 0.413  λ 0.12 … 0.71");
        progress.close();
        assertThat(text(out)).isEmpty();
        assertThat(text(err))
                .startsWith("\radapting  ░░░░░░░░░░░░░░░░░░░░░░░░░  0/500\u001b[K")
                .contains("\radapting  ████████████████████░░░░░  412/500  entropy 0.413  λ 0.12 … 0.71")
                .endsWith("\u001b[K\n");
    }

    @Test
    void barsAreCutToTheWidth() {
        assertThat(ProgressText.bar("adapting", 5, 10, "x".repeat(100), 1, 60)).hasSize(60);
        assertThat(ProgressText.bar("adapting", 12, 10, "", 1, 60)).contains("█".repeat(25));
    }

    @Test
    void durationsAreReadable() {
        assertThat(List.of(0.4, 59.0, 125.0, 3900.0).stream().map(ProgressText::duration))
                .containsExactly("0 s", "59 s", "2 min 5 s", "1 h 5 min");
    }

    @Test
    void theTerminalIsWhatTheLauncherFound() {
        Properties properties = new Properties();
        properties.setProperty("native.encoding", "UTF-8");
        assertThat(Terminal.detect(Map.of(), properties))
                .isEqualTo(new Terminal(false, false, 100, false, StandardCharsets.UTF_8));
        properties.setProperty("amalgam.terminal", "out,err");
        properties.setProperty("amalgam.columns", "120");
        assertThat(Terminal.detect(Map.of(), properties))
                .isEqualTo(new Terminal(true, true, 120, true, StandardCharsets.UTF_8));
        assertThat(Terminal.detect(Map.of("NO_COLOR", "1"), properties).colour())
                .isFalse();
        assertThat(Terminal.detect(Map.of("TERM", "dumb"), properties))
                .isEqualTo(new Terminal(true, false, 120, false, StandardCharsets.UTF_8));
        properties.setProperty("native.encoding", "ANSI_X3.4-1968");
        assertThat(Terminal.detect(Map.of(), properties).shows("λ")).isFalse();
    }
}
