package org.amalgam.pool;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class IntervalTest {

    /** Newcombe, Statistics in Medicine 1998, table I, method 3. */
    @ParameterizedTest
    @CsvSource({"81, 263, 0.2553, 0.3662", "15, 148, 0.0624, 0.1605", "0, 20, 0.0000, 0.1611", "1, 29, 0.0061, 0.1718"})
    void wilsonEqualsThePublishedValues(int right, int samples, double low, double high) {
        Interval interval = Interval.wilson((double) right / samples, samples);

        assertThat(interval.low()).isCloseTo(low, within(5e-5));
        assertThat(interval.high()).isCloseTo(high, within(5e-5));
    }

    @Test
    void aPerfectScoreKeepsItsUncertainty() {
        Interval interval = Interval.wilson(1, 100);

        assertThat(interval.high()).isEqualTo(1);
        assertThat(interval.low()).isBetween(0.96, 0.97);
        assertThat(interval.half()).isPositive();
    }

    @Test
    void limitsInTheWrongOrderAreRefused() {
        assertThatThrownBy(() -> new Interval(0.6, 0.5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Interval(Double.NaN, 0.5)).isInstanceOf(IllegalArgumentException.class);
    }
}
