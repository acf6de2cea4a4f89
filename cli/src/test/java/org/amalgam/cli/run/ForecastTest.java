package org.amalgam.cli.run;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.OptionalDouble;

import static org.assertj.core.api.Assertions.assertThat;

class ForecastTest {

    @ParameterizedTest
    @CsvSource({
        "5, 5 s",
        "38, 40 s",
        "57.4, 55 s",
        "58, 1 min",
        "700, 12 min",
        "5399, 90 min",
        "5400, 1.5 h",
        "35900, 10.0 h",
        "40000, 11 h"
    })
    void timesAreSaidNoCloserThanTheyAreKnown(double seconds, String text) {
        assertThat(Forecast.rounded(seconds)).isEqualTo(text);
    }

    @Test
    void whatIsSoonDoneIsNotSpokenOf() {
        assertThat(new Forecast(OptionalDouble.of(40), OptionalDouble.of(7200)).text())
                .isEqualTo("about 40 s of adapting, up to 2.0 h of judging");
        assertThat(new Forecast(OptionalDouble.empty(), OptionalDouble.of(20)).text())
                .isEqualTo("up to 20 s of judging");
        assertThat(Forecast.NONE.text()).isEmpty();
    }

    @Test
    void everyModelThatIsJudgedCounts() {
        assertThat(new Plan.Judging(true, true, 100).passes(0, 0)).isEqualTo(300);
        assertThat(new Plan.Judging(true, false, 100).passes(11, 4)).isEqualTo(1600);
        assertThat(new Plan.Judging(false, true, 100).passes(11, 4)).isZero();
    }
}
