package org.amalgam.run;

import org.amalgam.run.Profiler.PartTime;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class ProfilerTest {

    private static final double MOMENT = 0.05;

    @Test
    void aPartInsideAnotherHasItsTimeToItself() {
        Profiler profiler = new Profiler();
        long start = System.nanoTime();
        profiler.part(Part.ADAPTING, () -> {
            pause();
            profiler.part(Part.EVALUATION, ProfilerTest::pause);
            profiler.part(Part.EVALUATION, ProfilerTest::pause);
            return pause();
        });
        double wall = (System.nanoTime() - start) / 1e9;
        pause();

        List<PartTime> parts = profiler.parts();
        assertThat(parts).extracting(PartTime::part).containsExactly(Part.ADAPTING, Part.EVALUATION);
        double adapting = parts.get(0).seconds();
        double judging = parts.get(1).seconds();
        assertThat(adapting).isGreaterThanOrEqualTo(2 * MOMENT);
        assertThat(judging).isGreaterThanOrEqualTo(2 * MOMENT);
        assertThat(adapting + judging).isLessThanOrEqualTo(wall);
    }

    @Test
    void workAddsUp() {
        Profiler profiler = new Profiler();
        profiler.part(Part.MERGING, () -> 0);
        profiler.did(Part.MERGING, Work.moved(300, 100));
        profiler.did(Part.MERGING, Work.moved(30, 10));

        assertThat(profiler.parts().get(0).work()).isEqualTo(new Work(0, 0, 330, 110));
    }

    @Test
    void aBackwardPassIsTwoForwardPasses() {
        Work work = Work.forward(5).plus(Work.forwardAndBack(2));

        assertThat(work.flops(10)).isCloseTo(10.0 * (5 + 3 * 2), within(1e-9));
    }

    private static int pause() {
        long end = System.nanoTime() + (long) (1e9 * MOMENT);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        return 0;
    }
}
