package org.amalgam.report;

import org.amalgam.pool.Interval;
import org.amalgam.pool.TaskScore;
import org.amalgam.report.AccuracyTable.Kind;
import org.amalgam.report.AccuracyTable.Row;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class AccuracyTableTest {

    private static final Row ZERO = row("zero-shot", Kind.ZERO_SHOT, 0.4, 0.2);
    private static final Row EXPERTS = row("experts", Kind.EXPERT, 1.0, 0.8);
    private static final Row MERGED = row("merged", Kind.MERGED, 0.9, 0.6);

    @Test
    void averagesAreThePlainMeanOfTheTasksWhateverTheirSizes() {
        AccuracyTable table = new AccuracyTable(
                List.of("a", "b"),
                List.of(new Row(
                        "merged",
                        Kind.MERGED,
                        Map.of("a", new TaskScore(0.9, 0.3, 10), "b", new TaskScore(0.5, 0.5, 1000)))));
        Row row = table.rows().get(0);

        assertThat(table.average(row).getAsDouble()).isEqualTo(0.7);
        assertThat(table.averageLoss(row).getAsDouble()).isEqualTo(0.4);
    }

    @Test
    void aRowThatLacksATaskHasNoAverageAndNoLossWithoutOne() {
        AccuracyTable table = new AccuracyTable(
                List.of("a", "b"),
                List.of(
                        new Row("part", Kind.MERGED, Map.of("a", new TaskScore(0.9, 0.3, 10))),
                        new Row(
                                "no loss",
                                Kind.MERGED,
                                Map.of("a", new TaskScore(0.9, 0.3, 10), "b", new TaskScore(0.9, Double.NaN, 10)))));

        assertThat(table.average(table.rows().get(0))).isEmpty();
        assertThat(table.averageInterval(table.rows().get(0))).isEmpty();
        assertThat(table.averageLoss(table.rows().get(1))).isEmpty();
        assertThat(table.average(table.rows().get(1))).hasValue(0.9);
        assertThat(table.headline()).contains(table.rows().get(1));
    }

    @Test
    void keptIsTheShareOfTheExpertsGain() {
        AccuracyTable table = new AccuracyTable(List.of("a", "b"), List.of(ZERO, EXPERTS, MERGED));

        assertThat(table.kept(MERGED).getAsDouble()).isCloseTo(0.75, within(1e-12));
        assertThat(table.kept(EXPERTS).getAsDouble()).isCloseTo(1, within(1e-12));
        assertThat(Verdict.kept(table, MERGED)).contains("kept 75 % of what fine-tuning gained");
    }

    @Test
    void aModelBelowTheAncestorIsSaidToBeBelowIt() {
        Row worse = row("merged", Kind.MERGED, 0.3, 0.1);
        AccuracyTable table = new AccuracyTable(List.of("a", "b"), List.of(ZERO, EXPERTS, worse));

        assertThat(Verdict.kept(table, worse)).contains("lost 10.0 points against the model without fine-tuning");
    }

    @Test
    void keptNeedsBothEndsAndAGain() {
        AccuracyTable noExperts = new AccuracyTable(List.of("a", "b"), List.of(ZERO, MERGED));
        AccuracyTable noGain =
                new AccuracyTable(List.of("a", "b"), List.of(ZERO, row("experts", Kind.EXPERT, 0.4, 0.2), MERGED));

        assertThat(noExperts.kept(MERGED)).isEmpty();
        assertThat(noGain.kept(MERGED)).isEmpty();
    }

    @Test
    void theAveragesIntervalIsThatOfOneTaskForOneTaskAndNarrowsWithMore() {
        TaskScore score = new TaskScore(0.8, 0.5, 100);
        AccuracyTable one = new AccuracyTable(List.of("a"), List.of(new Row("m", Kind.MERGED, Map.of("a", score))));
        AccuracyTable four = new AccuracyTable(
                List.of("a", "b", "c", "d"),
                List.of(new Row("m", Kind.MERGED, Map.of("a", score, "b", score, "c", score, "d", score))));
        Interval single = one.averageInterval(one.rows().get(0)).orElseThrow();
        Interval average = four.averageInterval(four.rows().get(0)).orElseThrow();

        assertThat(single.low()).isCloseTo(score.accuracyInterval().low(), within(1e-12));
        assertThat(single.high()).isCloseTo(score.accuracyInterval().high(), within(1e-12));
        assertThat(average.half()).isCloseTo(single.half() / 2, within(1e-12));
    }

    @Test
    void theHeadlineIsTheBestMergedRow() {
        Row better = row("better", Kind.MERGED, 0.95, 0.7);
        AccuracyTable table = new AccuracyTable(List.of("a", "b"), List.of(ZERO, EXPERTS, MERGED, better));

        assertThat(table.headline()).contains(better);
        assertThat(table.bestMerged("a")).hasValue(0.95);
        assertThat(AccuracyTable.empty().headline()).isEmpty();
    }

    @Test
    void contradictionsAreRefused() {
        assertThatThrownBy(() -> new AccuracyTable(List.of("a", "a"), List.of()))
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> new AccuracyTable(List.of("a", "b"), List.of(MERGED, MERGED)))
                .hasMessageContaining("one label");
        assertThatThrownBy(() -> new AccuracyTable(List.of("a"), List.of(MERGED)))
                .hasMessageContaining("score for b");
        assertThatThrownBy(() -> new TaskScore(1.1, 0, 10)).hasMessageContaining("1.1");
        assertThatThrownBy(() -> new TaskScore(Double.NaN, 0, 10)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> new TaskScore(0.5, 0, 0)).hasMessageContaining("sample");
    }

    private static Row row(String label, Kind kind, double a, double b) {
        return new Row(label, kind, Map.of("a", new TaskScore(a, 1, 100), "b", new TaskScore(b, 1, 100)));
    }
}
