package org.amalgam.tensor;

import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Learner;
import org.amalgam.adapt.Objective;
import org.amalgam.fixtures.Learners;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.Runs;
import org.amalgam.fixtures.TinyGpt2;
import org.amalgam.merge.Coefficients.Granularity;
import org.amalgam.method.AdaMerging;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.pool.TextTaskSpec;
import org.amalgam.pool.TextTasks;
import org.amalgam.run.Metrics;
import org.amalgam.run.Progress;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import static org.assertj.core.api.Assertions.assertThat;

/** A thousand steps of adaptation leave native memory as they found it. */
@Tag("memory")
class NativeMemoryTest {

    /** By then the virtual machine has compiled what is hot, which takes native memory for a while too. */
    private static final int WARM_UP = 600;

    private static final int STEPS = 1000;
    private static final long GROWTH = 8L << 20;

    @TempDir
    Path folder;

    /** Watches from step to step what is held. */
    private static final class Watch implements Progress {
        private long countAfterWarmUp;
        private long bytesAfterWarmUp;
        private long largestCount;
        private long bytesAtEnd;

        @Override
        public void step(long done, String status) {
            // Handles that no scope ended are ended by the garbage collector one day: the largest number tells, not the
            // last.
            largestCount = Math.max(largestCount, done <= WARM_UP ? 0 : Pointer.totalCount());
            if (done == WARM_UP) {
                countAfterWarmUp = Pointer.totalCount();
                bytesAfterWarmUp = nativeBytes();
            }
            if (done == WARM_UP + STEPS) {
                bytesAtEnd = nativeBytes();
            }
        }

        @Override
        public void close() {}

        /** Resident memory but for the Java heap, which grows as it likes. */
        private static long nativeBytes() {
            return Natives.residentBytes() - Runtime.getRuntime().totalMemory();
        }
    }

    @Test
    void aThousandStepsLeaveNativeMemoryFlat() {
        Watch watch = new Watch();
        try (Scope scope = Scope.open()) {
            adapt(Learners.of(folder, Granularity.LAYER), NoiseTask.of(5, "a", "b"), WARM_UP + STEPS, watch);
        }
        assertThat(watch.largestCount).as("handles").isLessThanOrEqualTo(watch.countAfterWarmUp);
        assertThat(watch.bytesAtEnd - watch.bytesAfterWarmUp).as("bytes").isLessThan(GROWTH);
    }

    /** GPT-2's networks turn their matrices: views that would keep every step's weights. */
    @Test
    void soDoStepsOfNetworksThatHoldViewsOfTheirWeights() {
        Watch watch = new Watch();
        Map<String, Path> experts = TinyGpt2.family(folder, 2);
        try (Scope scope = Scope.open();
                TextTasks texts = new TextTasks(folder.resolve("gpt2"), folder.resolve("gpt2"), OptionalInt.empty())) {
            List<Task> tasks = new ArrayList<>();
            experts.forEach((name, expert) -> {
                Path file = TinyGpt2.texts(folder.resolve(name + ".csv"), 5, 2 + tasks.size(), 7 + tasks.size());
                tasks.add(texts.open(new TextTaskSpec(name, List.of(file), "", List.of(), List.of()), expert));
            });
            ModelPool pool = ModelPool.open(folder.resolve("gpt2"), experts);
            Learner learner =
                    Settings.bind(AdaMerging.class, Map.of()).learner(pool.taskVectors(), pool.architecture());
            adapt(learner, tasks, WARM_UP + 100, watch);
        }
        assertThat(watch.largestCount).as("handles").isLessThanOrEqualTo(watch.countAfterWarmUp);
    }

    private void adapt(Learner learner, List<? extends Task> tasks, int steps, Watch watch) {
        Run run = Runs.of(folder, Optional.empty(), false, (what, total) -> watch, Metrics.NONE);
        new Adaptation("adam", 1e-3, 2, steps, true, 3).learn(learner, Objective.ENTROPY, tasks, run);
    }
}
