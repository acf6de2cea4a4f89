package org.amalgam.tensor;

import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Objective;
import org.amalgam.fixtures.Learners;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.Runs;
import org.amalgam.merge.Coefficients.Granularity;
import org.amalgam.run.Metrics;
import org.amalgam.run.Progress;
import org.amalgam.run.Run;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Optional;

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
            Run run = Runs.of(folder, Optional.empty(), false, (what, total) -> watch, Metrics.NONE);
            new Adaptation("adam", 1e-3, 2, WARM_UP + STEPS, true, 3)
                    .learn(Learners.of(folder, Granularity.LAYER), Objective.ENTROPY, NoiseTask.of(5, "a", "b"), run);
        }
        assertThat(watch.largestCount).as("handles").isLessThanOrEqualTo(watch.countAfterWarmUp);
        assertThat(watch.bytesAtEnd - watch.bytesAfterWarmUp).as("bytes").isLessThan(GROWTH);
    }
}
