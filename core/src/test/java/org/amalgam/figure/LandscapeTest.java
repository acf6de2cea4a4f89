package org.amalgam.figure;

import org.amalgam.figure.Figure.Landscape;
import org.amalgam.figure.Figure.Surface;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LandscapeTest {

    private static Landscape of(List<Surface> surfaces) {
        return new Landscape("", "", Axis.of("x"), Axis.of("y"), Axis.of("z"), List.of(-1.0, 1.0), surfaces, List.of());
    }

    @Test
    void theLowestPointIsThatOfItsSurface() {
        Landscape landscape = of(List.of(
                new Surface("one", List.of(List.of(4.0, 3.0), List.of(2.0, 5.0))),
                new Surface("two", List.of(List.of(Double.NaN, 7.0), List.of(8.0, 9.0)))));
        assertThat(landscape.lowest(0).x()).isEqualTo(-1);
        assertThat(landscape.lowest(0).y()).isEqualTo(1);
        assertThat(landscape.lowest(0).values()).containsExactly(2.0, 8.0);
        assertThat(landscape.lowest(1).values()).containsExactly(3.0, 7.0);
    }

    @Test
    void surfacesAreSquareAsTheTicksAre() {
        assertThatThrownBy(() -> of(List.of(new Surface("one", List.of(List.of(1.0, 2.0))))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 rows of 2 values");
    }
}
