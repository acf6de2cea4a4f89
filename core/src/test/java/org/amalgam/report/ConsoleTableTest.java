package org.amalgam.report;

import org.amalgam.pool.TaskScore;
import org.amalgam.report.AccuracyTable.Kind;
import org.amalgam.report.AccuracyTable.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class ConsoleTableTest {

    private static final List<String> TASKS =
            List.of("mnist", "fashion", "optdigits", "letters", "textures", "hiragana");

    @Test
    void numbersStandInAlignedColumnsWithTheAverageLast() {
        assertThat(new ConsoleTable(100, false).lines(small()))
                .containsExactly(
                        "            mnist  fashion  optdigits  letters  textures  hiragana   average",
                        " zero-shot   51.0     38.2       60.1     47.9      33.0      55.3      47.6",
                        " experts     97.1     90.2       98.3     95.0      93.4      96.8      95.1",
                        " merged      93.2     81.4       95.0     88.7      79.9      91.0      88.2  ±0.8",
                        "",
                        " kept 85 % of what fine-tuning gained");
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 47, 60, 72, 80, 100, 132})
    void noLineIsWiderThanTheTerminalAndNoTaskIsLost(int width) {
        AccuracyTable table = small();
        List<String> lines = new ConsoleTable(width, false).lines(table);

        assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
        String all = String.join("\n", lines);
        for (Row row : table.rows()) {
            for (TaskScore score : row.scores().values()) {
                assertThat(all).contains(Numbers.percent(score.accuracy()));
            }
        }
        assertThat(lines).filteredOn(line -> line.contains("average")).hasSize(1);
    }

    @Test
    void namesAreShortenedOnlyWhileTheyStayDistinct() {
        AccuracyTable distinct = table(List.of("stanford-cars", "resisc45-remote"), 0.5);
        AccuracyTable alike = table(List.of("characters-kana", "characters-kanji"), 0.5);

        assertThat(new ConsoleTable(40, false).lines(distinct).get(0)).contains("…");
        assertThat(String.join("\n", new ConsoleTable(48, false).lines(alike)))
                .contains("characters-kana")
                .contains("characters-kanji");
    }

    @Test
    void theBestMergedValueOfEachColumnIsBoldAndOnlyIt() {
        AccuracyTable table = Samples.table(List.of("a", "b"), List.of("one", "two"));
        List<String> lines = new ConsoleTable(80, true).lines(table);

        assertThat(lines.get(1) + lines.get(2) + lines.get(3)).doesNotContain("\u001b");
        assertThat(lines.get(4).split("\u001b\\[1m", -1)).hasSize(4);
    }

    @Test
    void aScoreThatIsMissingIsADash() {
        AccuracyTable table = new AccuracyTable(
                List.of("a", "b"), List.of(new Row("merged", Kind.MERGED, Map.of("a", new TaskScore(0.5, 1, 10)))));

        assertThat(new ConsoleTable(80, false).lines(table))
                .containsExactly("             a      b   average", " merged   50.0      –         –");
    }

    @Test
    void namesCannotSteerTheTerminal() {
        assertThat(new ConsoleTable(200, false).lines(Hostile.report().accuracy()))
                .allSatisfy(line -> assertThat(line).doesNotContain("\u001b").doesNotContain("\n"));
    }

    @Test
    void nothingEvaluatedIsNoTable() {
        assertThat(new ConsoleTable(80, false).lines(AccuracyTable.empty())).isEmpty();
    }

    private static AccuracyTable small() {
        return new AccuracyTable(
                TASKS,
                List.of(
                        row("zero-shot", Kind.ZERO_SHOT, 0.51, 0.382, 0.601, 0.479, 0.33, 0.553),
                        row("experts", Kind.EXPERT, 0.971, 0.902, 0.983, 0.95, 0.934, 0.968),
                        row("merged", Kind.MERGED, 0.932, 0.814, 0.95, 0.887, 0.799, 0.91)));
    }

    private static Row row(String label, Kind kind, double... accuracies) {
        Map<String, TaskScore> scores = new LinkedHashMap<>();
        for (int i = 0; i < accuracies.length; i++) {
            scores.put(TASKS.get(i), new TaskScore(accuracies[i], 1, 1000));
        }
        return new Row(label, kind, scores);
    }

    private static AccuracyTable table(List<String> tasks, double accuracy) {
        Map<String, TaskScore> scores = new LinkedHashMap<>();
        tasks.forEach(task -> scores.put(task, new TaskScore(accuracy, 1, 100)));
        return new AccuracyTable(tasks, List.of(new Row("merged", Kind.MERGED, scores)));
    }
}
