package org.amalgam.analysis;

import org.amalgam.AmalgamException;
import org.amalgam.analysis.Plane.Point;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PlaneTest {

    private static final List<Double> RANGE = List.of(-1.0, 1.0);

    @Test
    void theGridHasItsEndsAndTheAncestorExactly() {
        for (int points : new int[] {3, 11, 21, 41, 101}) {
            assertThat(Plane.of(RANGE, points, 0.3).ticks())
                    .hasSize(points)
                    .isSorted()
                    .contains(-1.0, 0.0, 1.0)
                    .doesNotContain(-0.0);
        }
    }

    @Test
    void endsAreFiniteAndInOrder() {
        for (List<Double> range : List.of(
                List.of(1.0, -1.0),
                List.of(Double.NEGATIVE_INFINITY, 1.0),
                List.of(-Double.MAX_VALUE, Double.MAX_VALUE),
                List.of(0.0, Double.NaN),
                List.of(1.0))) {
            assertThatThrownBy(() -> Plane.of(range, 3, 0.3))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining("analysis.range: expected [low, high], finite numbers, low below high");
        }
    }

    @Test
    void aModelOnTheGridIsMeasuredOnce() {
        assertThat(Plane.of(RANGE, 21, 0.3).points()).hasSize(21 * 21).contains(new Point(0.3, 0.3));
        assertThat(Plane.of(RANGE, 11, 0.3).points()).hasSize(11 * 11 + 1).endsWith(new Point(0.3, 0.3));
        assertThat(Plane.of(RANGE, 2, 0.3).points())
                .startsWith(new Point(-1, -1), new Point(1, -1), new Point(-1, 1), new Point(1, 1))
                .hasSize(4 + 4);
    }
}
