package org.amalgam.pool;

import org.amalgam.fixtures.NoiseTask;
import org.amalgam.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

class SubsetTest {

    private final Scope scope = Scope.open();
    private final Task whole = NoiseTask.of(40, "a").get(0);

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void holdsDistinctSamplesOfTheWholeInItsOrder() {
        Task some = Subset.drawn(whole, 15, 0, "test");
        assertThat(some.size()).isEqualTo(15);
        long[] labels = some.batch(IntStream.range(0, 15).toArray()).labels().toLongs();
        float[] first = some.batch(new int[] {0}).inputs().toFloats();
        int row = IntStream.range(0, 40)
                .filter(i -> java.util.Arrays.equals(
                        whole.batch(new int[] {i}).inputs().toFloats(), first))
                .findFirst()
                .orElseThrow();
        assertThat(labels[0]).isEqualTo(whole.batch(new int[] {row}).labels().toLongs()[0]);
        assertThat(row).isLessThanOrEqualTo(25);
    }

    @Test
    void isDrawnBySeedAndPurpose() {
        assertThat(Subset.drawn(whole, 15, 0, "test").fingerprint())
                .isEqualTo(Subset.drawn(whole, 15, 0, "test").fingerprint())
                .isNotEqualTo(Subset.drawn(whole, 15, 1, "test").fingerprint())
                .isNotEqualTo(Subset.drawn(whole, 15, 0, "other").fingerprint());
        assertThat(Subset.drawn(whole, 40, 0, "test")).isSameAs(whole);
    }
}
