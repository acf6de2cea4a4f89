package org.amalgam.pareto;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class HypervolumeTest {

    private static List<List<Double>> random(Random random, int points, int coordinates) {
        return IntStream.range(0, points)
                .mapToObj(i -> IntStream.range(0, coordinates)
                        .mapToObj(k -> random.nextDouble())
                        .toList())
                .toList();
    }

    @Test
    void aPointDominatesItsBox() {
        assertThat(Hypervolume.of(List.of())).isZero();
        assertThat(Hypervolume.of(List.of(List.of(0.5, 0.25, 2.0)))).isCloseTo(0.25, within(1e-12));
        assertThat(Hypervolume.of(List.of(List.of(1.0, 2.0), List.of(2.0, 1.0))))
                .isCloseTo(3, within(1e-12));
    }

    /** Inclusion and exclusion over all subsets: a union's volume from intersections, which are boxes. */
    @Test
    void isTheVolumeOfAUnion() {
        Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            List<List<Double>> points = random(random, 1 + i % 7, 1 + i % 5);
            double expected = 0;
            for (int bits = 1; bits < 1 << points.size(); bits++) {
                double box = 1;
                for (int k = 0; k < points.get(0).size(); k++) {
                    double side = Double.POSITIVE_INFINITY;
                    for (int p = 0; p < points.size(); p++) {
                        side = (bits >> p & 1) == 1
                                ? Math.min(side, points.get(p).get(k))
                                : side;
                    }
                    box *= side;
                }
                expected += Integer.bitCount(bits) % 2 == 1 ? box : -box;
            }
            assertThat(Hypervolume.of(points)).as("set %d", i).isCloseTo(expected, within(1e-10));
        }
    }

    @Test
    void neitherOrderNorCopiesNorDominatedPointsMatter() {
        Random random = new Random(2);
        List<List<Double>> points = new ArrayList<>(random(random, 12, 4));
        double volume = Hypervolume.of(points);
        boolean[] dominated = Hypervolume.dominated(points);
        List<List<Double>> best = IntStream.range(0, points.size())
                .filter(i -> !dominated[i])
                .mapToObj(points::get)
                .toList();
        List<List<Double>> more = new ArrayList<>(points);
        more.add(points.get(3));
        Collections.shuffle(more, random);

        assertThat(best).hasSizeLessThan(points.size());
        assertThat(Hypervolume.of(best)).isCloseTo(volume, within(1e-12));
        assertThat(Hypervolume.of(more)).isCloseTo(volume, within(1e-12));
        more.add(List.of(1.0, 1.0, 1.0, 1.0));
        assertThat(Hypervolume.of(more)).isCloseTo(1, within(1e-12));
    }

    @Test
    void equalPointsDoNotDominateEachOther() {
        assertThat(Hypervolume.dominated(List.of(List.of(1.0, 2.0), List.of(1.0, 2.0), List.of(1.0, 1.0))))
                .containsExactly(false, false, true);
    }

    /** By the definition: the volume with a point minus the volume without it. */
    @Test
    void aContributionIsWhatTheVolumeLoses() {
        Random random = new Random(4);
        for (int i = 0; i < 50; i++) {
            List<List<Double>> points = new ArrayList<>(random(random, 2 + i % 9, 1 + i % 5));
            points.add(points.get(0));
            double[] contributions = Hypervolume.contributions(points);
            for (int p = 0; p < points.size(); p++) {
                List<List<Double>> without = new ArrayList<>(points);
                without.remove(p);
                assertThat(contributions[p])
                        .as("set %d, point %d", i, p)
                        .isCloseTo(Hypervolume.of(points) - Hypervolume.of(without), within(1e-12));
            }
            assertThat(contributions[0]).as("a point that is there twice").isZero();
        }
    }

    /** Processor time, not the clock's: the machine may have other things to do. */
    @Test
    void manyPointsOfManyTasksAreSoonDone() {
        Random random = new Random(5);
        List<List<Double>> points = new ArrayList<>();
        for (Preference preference : new SimplexGrid(6, 5).points()) {
            points.add(preference.weights().stream()
                    .map(weight -> 0.95 - 0.4 * Math.pow(1 - weight, 3) + 0.01 * random.nextGaussian())
                    .toList());
        }
        ThreadMXBean time = ManagementFactory.getThreadMXBean();
        long start = time.getCurrentThreadCpuTime();
        double volume = Hypervolume.of(points);
        double[] contributions = Hypervolume.contributions(points);
        double seconds = (time.getCurrentThreadCpuTime() - start) / 1e9;

        assertThat(contributions).hasSize(126);
        assertThat(Arrays.stream(contributions).max().orElseThrow()).isBetween(0.0, volume);
        assertThat(seconds).isLessThan(20);
    }
}
