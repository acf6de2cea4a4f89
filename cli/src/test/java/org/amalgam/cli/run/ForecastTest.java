package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Optional;
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
    void whatAnEarlierRunHasDoneIsNotDoneAgain() {
        assertThat(new Forecast(OptionalDouble.of(40), OptionalDouble.of(7200)).text(true))
                .isEqualTo("about 40 s of adapting less what is done, up to 2.0 h of judging");
    }

    @Test
    void programsAreToldBothTimes() {
        Plan.Cost cost = new Plan.Cost(
                3, 7, 5, new Forecast(OptionalDouble.of(40), OptionalDouble.of(7200.4)), Optional.empty());
        assertThat(CheckJson.cost(cost, JsonNodeFactory.instance.objectNode()).toString())
                .contains("\"adapting_seconds\":40,\"judging_seconds\":7200");
    }

    @Test
    void everyModelThatIsJudgedCounts() {
        assertThat(new Plan.Judging(true, true, 100).passes(0, 0)).isEqualTo(300);
        assertThat(new Plan.Judging(true, false, 100).passes(11, 4)).isEqualTo(1600);
        assertThat(new Plan.Judging(false, true, 100).passes(11, 4)).isZero();
    }
}
