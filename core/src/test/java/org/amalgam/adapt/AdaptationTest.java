package org.amalgam.adapt;

import org.amalgam.AmalgamException;
import org.amalgam.adapt.Adaptation.Adapted;
import org.amalgam.fixtures.Learners;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.Runs;
import org.amalgam.fixtures.Unlabelled;
import org.amalgam.merge.Coefficients.Granularity;
import org.amalgam.pool.Task;
import org.amalgam.run.Metrics;
import org.amalgam.run.Milestones;
import org.amalgam.run.Progress;
import org.amalgam.run.ProgressFactory;
import org.amalgam.run.Run;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AdaptationTest {

    @TempDir
    Path folder;

    private final Scope scope = Scope.open();
    private List<NoiseTask> tasks;

    @BeforeEach
    void makeTasks() {
        tasks = NoiseTask.of(11, "a", "b");
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Adaptation adaptation(String optimizer, int steps, int microBatch) {
        return new Adaptation(optimizer, optimizer.equals("adam") ? 1e-2 : 0.1, 4, steps, true, microBatch);
    }

    private Run run(Optional<Path> snapshot, ProgressFactory progress, Metrics metrics) {
        return Runs.of(folder, snapshot, false, progress, metrics);
    }

    private Run run(Optional<Path> snapshot) {
        return run(snapshot, ProgressFactory.NONE, Metrics.NONE);
    }

    private static float[] lambda(Adapted adapted) {
        return adapted.parameters().get(Learners.LAMBDA).toFloats();
    }

    /** Descent, since Adam makes steps of full length of the rounding noise in key biases' gradients. */
    @Test
    void theSizeOfMicroBatchesChangesNothingButRounding() {
        Learner learner = Learners.of(folder, Granularity.LAYER);
        Adapted whole = adaptation("sgd", 4, 1000).learn(learner, Objective.ENTROPY, tasks, run(Optional.empty()));
        for (int microBatch : new int[] {1, 3}) {
            Adapted cut =
                    adaptation("sgd", 4, microBatch).learn(learner, Objective.ENTROPY, tasks, run(Optional.empty()));
            assertThat(lambda(cut)).containsExactly(lambda(whole), Offset.offset(1e-5f));
            for (int k = 0; k < 2; k++) {
                assertThat(cut.trace().loss(k)).containsExactly(whole.trace().loss(k), Offset.offset(1e-5));
            }
        }
        assertThat(lambda(whole))
                .as("it has moved")
                .isNotEqualTo(learner.start().get(Learners.LAMBDA).toFloats());
    }

    @Test
    void makesTheEntropySmaller() {
        Learner learner = Learners.of(folder, Granularity.LAYER);
        Trace trace = new Adaptation("adam", 1e-2, 11, 30, false, 1000)
                .learn(learner, Objective.ENTROPY, tasks, run(Optional.empty()))
                .trace();
        assertThat(trace.steps().get(29).meanLoss())
                .isLessThan(trace.steps().get(0).meanLoss() - 0.01);
        assertThat(trace.computed()).isEqualTo(30 * 22);
        assertThat(trace.tasks()).containsExactly("a", "b");
    }

    @Test
    void leavesTheLearnersStartAlone() {
        Learner learner = Learners.of(folder, Granularity.TASK);
        Adapted adapted = adaptation("adam", 2, 8).learn(learner, Objective.ENTROPY, tasks, run(Optional.empty()));
        assertThat(learner.start().get(Learners.LAMBDA).toFloats()).containsExactly(0.3f, 0.3f);
        assertThat(lambda(adapted)[0]).isNotEqualTo(0.3f);
    }

    /** To the same bits, since it is not looked at what the labels are. */
    @Test
    void adaptsToSamplesWithoutLabelsUnlessTheObjectiveReadsThem() {
        Learner learner = Learners.of(folder, Granularity.TASK);
        List<Unlabelled> bare = tasks.stream().map(Unlabelled::new).toList();
        Adapted labelled = adaptation("adam", 2, 8).learn(learner, Objective.ENTROPY, tasks, run(Optional.empty()));
        Adapted adapted = adaptation("adam", 2, 8).learn(learner, Objective.ENTROPY, bare, run(Optional.empty()));

        assertThat(lambda(adapted)).containsExactly(lambda(labelled));
        assertThatThrownBy(() ->
                        adaptation("adam", 2, 8).learn(learner, Objective.CROSS_ENTROPY, bare, run(Optional.empty())))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(Unlabelled.SENTENCE);
    }

    @Test
    void reportsEveryStep() {
        Map<String, Double> numbers = new TreeMap<>();
        List<String> shown = new ArrayList<>();
        ProgressFactory progress = (what, total) -> new Progress() {
            @Override
            public void step(long done, String status) {
                shown.add(what + " " + done + "/" + total);
            }

            @Override
            public void close() {
                shown.add("closed");
            }
        };
        Adapted adapted = adaptation("adam", 2, 8)
                .learn(
                        Learners.of(folder, Granularity.TASK),
                        Objective.ENTROPY,
                        tasks,
                        run(Optional.empty(), progress, (tag, step, value) -> numbers.put(tag + " " + step, value)));
        assertThat(shown).containsExactly("adapting 1/2", "adapting 2/2", "closed");
        assertThat(numbers)
                .containsKeys("train/loss 0", "train/loss/a 0", "train/loss/b 1", "train/weight_min 1")
                .containsEntry("train/loss/b 1", adapted.trace().loss(1)[1]);
    }

    @Test
    void aResumedRunEndsWithTheSameBits() {
        Learner learner = Learners.of(folder, Granularity.LAYER);
        Adapted whole = adaptation("adam", 7, 3).learn(learner, Objective.ENTROPY, tasks, run(Optional.empty()));

        Optional<Path> snapshot = Optional.of(folder.resolve("adaptation.safetensors"));
        Adapted part = adaptation("adam", 3, 3).learn(learner, Objective.ENTROPY, tasks, run(snapshot));
        assertThat(part.trace().steps()).isEqualTo(whole.trace().steps().subList(0, 3));
        ProgressFactory pullsThePlug = (what, total) -> new Progress() {
            @Override
            public void step(long done, String status) {
                if (done == 5) {
                    throw new IllegalStateException("the plug was pulled");
                }
            }

            @Override
            public void close() {}
        };
        assertThatThrownBy(() -> adaptation("adam", 7, 3)
                        .learn(learner, Objective.ENTROPY, tasks, run(snapshot, pullsThePlug, Metrics.NONE)))
                .hasMessage("the plug was pulled");
        Adapted resumed = adaptation("adam", 7, 3).learn(learner, Objective.ENTROPY, tasks, run(snapshot));

        assertThat(resumed.parameters().get(Learners.LAMBDA).toBytes())
                .isEqualTo(whole.parameters().get(Learners.LAMBDA).toBytes());
        assertThat(resumed.trace().steps()).isEqualTo(whole.trace().steps());
        assertThat(resumed.trace().computed()).isLessThan(whole.trace().computed());
    }

    private Run watched(Optional<Path> snapshot, String identity) {
        return run(snapshot)
                .with(new Milestones(
                        2,
                        network -> {
                            Map<String, Double> norms = new LinkedHashMap<>();
                            tasks.forEach(task -> norms.put(
                                    task.name(),
                                    network.features(task.batch(new int[] {0}).inputs())
                                            .abs()
                                            .sum()
                                            .item()));
                            return norms;
                        },
                        identity));
    }

    @Test
    void milestonesAreTheSameWhetherTheRunWasInterruptedOrNot() {
        Learner learner = Learners.of(folder, Granularity.TASK);
        Trace whole = adaptation("adam", 5, 3)
                .learn(learner, Objective.ENTROPY, tasks, watched(Optional.empty(), "norms"))
                .trace();
        assertThat(whole.milestones().stream().map(Trace.Milestone::done)).containsExactly(0, 2, 4, 5);
        assertThat(whole.milestones().get(0).numbers()).containsOnlyKeys("a", "b");
        double start = learner.network()
                .apply(learner.merge().apply(learner.start()))
                .features(tasks.get(0).batch(new int[] {0}).inputs())
                .abs()
                .sum()
                .item();
        assertThat(whole.milestones().get(0).numbers()).containsEntry("a", start);
        assertThat(whole.milestones().get(3).numbers().get("a")).isNotEqualTo(start);
        assertThat(whole.steps())
                .as("looking changes nothing")
                .isEqualTo(adaptation("adam", 5, 3)
                        .learn(learner, Objective.ENTROPY, tasks, run(Optional.empty()))
                        .trace()
                        .steps());

        Optional<Path> snapshot = Optional.of(folder.resolve("adaptation.safetensors"));
        adaptation("adam", 4, 3).learn(learner, Objective.ENTROPY, tasks, watched(snapshot, "norms"));
        Trace resumed = adaptation("adam", 5, 3)
                .learn(learner, Objective.ENTROPY, tasks, watched(snapshot, "norms"))
                .trace();
        assertThat(resumed.milestones()).isEqualTo(whole.milestones());
        assertThat(resumed.computed()).isLessThan(whole.computed());

        assertThatThrownBy(() ->
                        adaptation("adam", 5, 3).learn(learner, Objective.ENTROPY, tasks, watched(snapshot, "others")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("milestones others");
    }

    @Test
    void aSnapshotOfAnotherRunIsRefused() throws IOException {
        Learner learner = Learners.of(folder, Granularity.TASK);
        Path file = folder.resolve("adaptation.safetensors");
        adaptation("adam", 1, 3).learn(learner, Objective.ENTROPY, tasks, run(Optional.of(file)));
        byte[] before = Files.readAllBytes(file);
        for (Adaptation other : List.of(
                adaptation("sgd", 1, 3),
                new Adaptation("adam", 2e-2, 4, 1, true, 3),
                new Adaptation("adam", 1e-2, 5, 1, true, 3),
                new Adaptation("adam", 1e-2, 4, 1, false, 3))) {
            assertThatThrownBy(() -> other.learn(learner, Objective.ENTROPY, tasks, run(Optional.of(file))))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageStartingWith(file + " belongs to a run with other settings or inputs")
                    .hasMessageContaining("start afresh");
        }
        List<NoiseTask> others = NoiseTask.of(12, "a", "b");
        assertThatThrownBy(() ->
                        adaptation("adam", 1, 3).learn(learner, Objective.ENTROPY, others, run(Optional.of(file))))
                .isInstanceOf(AmalgamException.class);
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    /** Persian has digits of its own. */
    @Test
    void aRunGoesOnInAnotherLanguage() throws IOException {
        Learner learner = Learners.of(folder, Granularity.TASK);
        Path file = folder.resolve("adaptation.safetensors");
        adaptation("adam", 1, 3).learn(learner, Objective.ENTROPY, tasks, run(Optional.of(file)));
        byte[] before = Files.readAllBytes(file);
        Locale own = Locale.getDefault(Locale.Category.FORMAT);
        Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag("fa"));
        try {
            adaptation("adam", 1, 3).learn(learner, Objective.ENTROPY, tasks, run(Optional.of(file)));
        } finally {
            Locale.setDefault(Locale.Category.FORMAT, own);
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void aLossThatIsNoNumberEndsTheRun() {
        List<Task> broken = List.of(tasks.get(0), new NoiseTask("b", 11, 3, features -> features.slice(1, 0, 3)
                .add(Double.NaN)));
        Learner learner = Learners.of(folder, Granularity.TASK);
        assertThatThrownBy(
                        () -> adaptation("adam", 3, 3).learn(learner, Objective.ENTROPY, broken, run(Optional.empty())))
                .isInstanceOf(AmalgamException.class)
                .hasMessage("step 0: the loss of b is not a number any more; lower method.lr (now 0.01)");
        assertThatThrownBy(() -> new Adaptation("adam", 1e-5, 4, 3, true, 3)
                        .learn(learner, Objective.ENTROPY, broken, run(Optional.empty())))
                .hasMessageEndingWith("(now 1e-5)");
    }

    @Test
    void aRateThatNoParameterCanBeMovedByIsRefused() {
        Learner learner = Learners.of(folder, Granularity.TASK);
        for (String optimizer : List.of("adam", "sgd")) {
            assertThatThrownBy(() -> new Adaptation(optimizer, 1e38, 4, 3, true, 3))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessage("method.lr: expected a learning rate of at most 1e37, found 1e38; lower it");
            assertThatThrownBy(() -> new Adaptation(optimizer, 1e37, 4, 3, true, 3)
                            .learn(learner, Objective.ENTROPY, tasks, run(Optional.empty())))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining("lower method.lr");
        }
    }

    @Test
    void aRunToSeeWhetherItWorksMakesOneStep() {
        Run quick = Runs.of(folder, Optional.empty(), true, ProgressFactory.NONE, Metrics.NONE);
        Trace trace = adaptation("adam", 50, 8)
                .learn(Learners.of(folder, Granularity.TASK), Objective.ENTROPY, tasks, quick)
                .trace();
        assertThat(trace.steps()).hasSize(1);
        assertThat(trace.computed()).isEqualTo(8);
    }

    @Test
    void crossEntropyLooksAtLabels() {
        Learner learner = Learners.of(folder, Granularity.TASK);
        double[] loss = new Adaptation("sgd", 0.1, 11, 1, false, 100)
                .learn(learner, Objective.CROSS_ENTROPY, tasks, run(Optional.empty()))
                .trace()
                .loss(0);
        Tensor merged = learner.network()
                .apply(learner.merge().apply(learner.start()))
                .features(tasks.get(0)
                        .batch(java.util.stream.IntStream.range(0, 11).toArray())
                        .inputs());
        Tensor logits = tasks.get(0).head().logits(merged);
        long[] labels = tasks.get(0)
                .batch(java.util.stream.IntStream.range(0, 11).toArray())
                .labels()
                .toLongs();
        double expected = 0;
        for (int i = 0; i < 11; i++) {
            float[] row = logits.select(0, i).toFloats();
            double sum = 0;
            for (float logit : row) {
                sum += Math.exp(logit);
            }
            expected += (Math.log(sum) - row[(int) labels[i]]) / 11;
        }
        assertThat(loss[0]).isCloseTo(expected, Offset.offset(1e-5));
    }
}
