package org.amalgam.analysis;

import org.amalgam.AmalgamException;
import org.amalgam.figure.Figure.Landscape;
import org.amalgam.figure.Figure.Spot;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.Runs;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.pool.Evaluation;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.pool.TaskScore;
import org.amalgam.run.Metrics;
import org.amalgam.run.Progress;
import org.amalgam.run.ProgressFactory;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LossLandscapeTest {

    private static final Offset<Double> ROUNDING = Offset.offset(1e-5);
    private static final int SAMPLES = 13;

    @TempDir
    Path folder;

    private final Scope scope = Scope.open();
    private ModelPool pool;
    private List<Task> tasks;

    @BeforeEach
    void makePool() {
        pool = ModelPool.open(folder.resolve("clip"), TinyModels.family(folder, 3));
        tasks = List.copyOf(NoiseTask.of(SAMPLES, "a", "b", "c"));
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** A grid of 5 over [-1, 1] for one pair, all samples, with these settings over it. */
    private static LossLandscape landscape(Map<String, Object> changed) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("grid", 5);
        settings.put("samples", null);
        settings.put("batch_size", 4);
        if (!changed.containsKey("tasks")) {
            settings.put("pairs", List.of(List.of("a", "b")));
        }
        settings.putAll(changed);
        return Settings.bind(LossLandscape.class, settings);
    }

    private Run run(Optional<Path> snapshot, ProgressFactory progress) {
        return Runs.of(folder, snapshot, false, progress, Metrics.NONE);
    }

    private Findings findings(Map<String, Object> settings) {
        return landscape(settings).findings(pool, tasks, run(Optional.empty(), ProgressFactory.NONE));
    }

    private Landscape figure(Map<String, Object> settings) {
        return (Landscape) findings(settings).figures().get(0);
    }

    private static Spot spot(Landscape figure, String name) {
        return figure.spots().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private double loss(Weights weights, int task) {
        TaskScore score = Evaluation.of(
                pool.architecture().encoder(weights),
                tasks.get(task),
                4,
                "",
                run(Optional.empty(), ProgressFactory.NONE));
        return score.loss();
    }

    @Test
    void theModelsLieWhereTheirCoefficientsSay() {
        Landscape figure = figure(Map.of());
        List<Weights> models = List.of(
                pool.ancestor().weights(),
                pool.experts().get(0).weights(),
                pool.experts().get(1).weights());
        // (column, row) of λ = 0 and of λ = 1 in -1, -0.5, 0, 0.5, 1.
        int[][] places = {{2, 2}, {4, 2}, {2, 4}};
        for (int m = 0; m < places.length; m++) {
            for (int task = 0; task < 2; task++) {
                assertThat(figure.surfaces()
                                .get(task)
                                .values()
                                .get(places[m][1])
                                .get(places[m][0]))
                        .isCloseTo(loss(models.get(m), task), ROUNDING)
                        .isEqualTo(spot(figure, "θ" + m).values().get(task));
            }
        }
        assertThat(figure.surfaces().get(0).values().get(2).get(2)).isEqualTo(loss(models.get(0), 0));
        assertThat(loss(models.get(1), 0)).isNotCloseTo(loss(models.get(0), 0), Offset.offset(1e-3));
    }

    @Test
    void oneTasksLossDependsOnBothCoefficients() {
        List<List<Double>> first = figure(Map.of()).surfaces().get(0).values();
        assertThat(first.get(2).get(4)).isNotCloseTo(first.get(2).get(2), Offset.offset(1e-3));
        assertThat(first.get(4).get(2)).isNotCloseTo(first.get(2).get(2), Offset.offset(1e-3));
    }

    @Test
    void theJointLossIsTheSum() {
        Landscape figure = figure(Map.of());
        for (int r = 0; r < 5; r++) {
            for (int c = 0; c < 5; c++) {
                assertThat(figure.surfaces().get(2).values().get(r).get(c))
                        .isEqualTo(figure.surfaces().get(0).values().get(r).get(c)
                                + figure.surfaces().get(1).values().get(r).get(c));
            }
        }
    }

    @Test
    void swappingTheTasksTurnsThePlane() {
        Landscape one = figure(Map.of());
        Landscape other = figure(Map.of("pairs", List.of(List.of("b", "a"))));
        for (int r = 0; r < 5; r++) {
            for (int c = 0; c < 5; c++) {
                assertThat(other.surfaces().get(1).values().get(c).get(r))
                        .isCloseTo(one.surfaces().get(0).values().get(r).get(c), ROUNDING);
                assertThat(other.surfaces().get(2).values().get(c).get(r))
                        .isCloseTo(one.surfaces().get(2).values().get(r).get(c), ROUNDING);
            }
        }
    }

    @Test
    void aMarkOffTheGridIsMeasuredWhereItIs() {
        Landscape coarse = figure(Map.of("scaling_factor", 0.25));
        Landscape fine = figure(Map.of("scaling_factor", 0.25, "grid", 9));
        assertThat(fine.ticks().get(5)).isEqualTo(0.25);
        assertThat(spot(coarse, "s").values())
                .containsExactlyElementsOf(spot(fine, "s").values());
        assertThat(figure(Map.of("range", List.of(-0.5, 0.5))).spots())
                .extracting(Spot::name)
                .containsExactly("θ0", "s");
    }

    @Test
    void aResumedAnalysisEndsWithTheSameBits() {
        Map<String, Object> settings = Map.of("tasks", List.of("a", "b", "c"), "grid", 3);
        int points = 3 * 3 + 1;
        Findings whole = findings(settings);
        assertThat(whole.figures()).hasSize(3);

        Optional<Path> snapshot = Optional.of(folder.resolve("analysis.safetensors"));
        int second = points + points / 2;
        assertThatThrownBy(() -> landscape(settings).findings(pool, tasks, run(snapshot, pullsThePlugAfter(second))))
                .hasMessage("the plug was pulled");
        List<Long> made = new ArrayList<>();
        ProgressFactory counts = (what, total) -> new Progress() {
            @Override
            public void step(long done, String status) {
                made.add(done);
            }

            @Override
            public void close() {}
        };
        assertThat(landscape(settings).findings(pool, tasks, run(snapshot, counts)))
                .isEqualTo(whole);
        assertThat(made).as("the first pair was kept").hasSize(2 * points);
        assertThat(landscape(settings).findings(pool, tasks, run(snapshot, pullsThePlugAfter(1))))
                .as("nothing is computed again")
                .isEqualTo(whole);
        Locale own = Locale.getDefault(Locale.Category.FORMAT);
        Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag("fa"));
        try {
            assertThat(landscape(settings)
                            .findings(pool, tasks, run(snapshot, pullsThePlugAfter(1)))
                            .figures())
                    .as("in another language neither")
                    .isEqualTo(whole.figures());
        } finally {
            Locale.setDefault(Locale.Category.FORMAT, own);
        }

        assertThatThrownBy(() -> landscape(Map.of("tasks", List.of("a", "b", "c"), "grid", 3, "samples", 5))
                        .findings(pool, tasks, run(snapshot, ProgressFactory.NONE)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageStartingWith(snapshot.get() + " belongs to a run with other settings or inputs");
    }

    private static ProgressFactory pullsThePlugAfter(int points) {
        return (what, total) -> new Progress() {
            @Override
            public void step(long done, String status) {
                if (done == points) {
                    throw new IllegalStateException("the plug was pulled");
                }
            }

            @Override
            public void close() {}
        };
    }

    @Test
    void pairsAreNeighboursFirstAndNoMoreThanAsked() {
        Findings findings = findings(Map.of("tasks", List.of("a", "b", "c"), "grid", 2, "max_pairs", 2));
        assertThat(findings.figures())
                .extracting(figure -> figure.title())
                .containsExactly("Loss landscape of a and b", "Loss landscape of b and c");
        assertThat(findings.notes())
                .containsExactly("2 of 3 pairs of tasks are shown; analysis.max_pairs=3 shows all.");
        assertThat(findings(Map.of()).notes()).isEmpty();
    }

    @Test
    void fewerSamplesAreDrawnBySeed() {
        Landscape some = figure(Map.of("samples", 5));
        assertThat(some).isEqualTo(figure(Map.of("samples", 5)));
        assertThat(some.surfaces()).isNotEqualTo(figure(Map.of()).surfaces());
        assertThat(figure(Map.of("samples", SAMPLES))).isEqualTo(figure(Map.of()));
    }

    @Test
    void theSentenceSaysTheJointLoss() {
        Findings findings = findings(Map.of());
        Landscape figure = (Landscape) findings.figures().get(0);
        assertThat(findings.sentence())
                .startsWith("Of a and b the joint loss is ")
                .contains(" at the ancestor, ", " at λ1 = λ2 = 0.3, and ");
        String lowest =
                "lowest %.3f".formatted(figure.lowest(2).values().get(2)).replaceAll("0+$", "");
        assertThat(findings.details()).hasSize(1).first().asString().contains(lowest);
    }

    @Test
    void settingsThatDoNotFitAreRefusedBeforeTheWork() {
        refuses(Map.of("pairs", List.of(List.of("a", "a"))), "analysis.pairs", "two different tasks");
        refuses(Map.of("pairs", List.of(List.of("a", "x"))), "x is not a model of the pool; there are a, b, c");
        refuses(Map.of("tasks", List.of("a", "b"), "pairs", List.of(List.of("a", "b"))), "both given");
        refuses(Map.of("tasks", List.of("a")), "needs two tasks");
        refuses(Map.of("grid", 1), "grid: expected an integer of at least 2", "found 1");
        refuses(Map.of("range", List.of(1.0, -1.0)), "analysis.range", "[1.0, -1.0]");
        for (String setting : List.of("samples", "batch_size", "max_pairs")) {
            refuses(Map.of(setting, 0), setting + ": expected an integer of at least 1", "found 0");
        }
        tasks = tasks.subList(0, 2);
        refuses(Map.of("pairs", List.of(List.of("a", "c"))), "no c in taskpool.test_datasets");
    }

    @Test
    void aTrialTakesFewPointsOfAnyGrid() {
        LossLandscape fine = landscape(Map.of("grid", 1001));
        assertThat(fine.plan(pool, tasks, true)).contains("3 x 3 points");
        refuses(Map.of("grid", 1001), "analysis.grid: expected 2 to 201 points");
    }

    private void refuses(Map<String, Object> settings, String... parts) {
        assertThatThrownBy(() -> landscape(settings).plan(pool, tasks, false))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll(parts);
    }
}
