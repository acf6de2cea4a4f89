package org.amalgam.report;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Locale;

import static org.assertj.core.api.Assertions.assertThat;

class NumbersTest {

    /** What Python prints for {@code f"{value:.5}"}. */
    @ParameterizedTest
    @CsvSource({
        "12345.0, 1.2345e+04",
        "1234.0, 1234.0",
        "100.0, 100.0",
        "5.0, 5.0",
        "0.0, 0.0",
        "0.00001, 1e-05",
        "0.0001, 0.0001",
        "0.0001234567, 0.00012346",
        "7.0040, 7.004",
        "26001.123, 2.6001e+04",
        "724.65, 724.65",
        "99999.6, 1e+05",
        "9999.96, 1e+04",
        "-0.25, -0.25",
        "1e300, 1e+300",
        "NaN, nan",
        "-Infinity, -inf"
    })
    void significantDigitsAreThoseOfPython(double value, String text) {
        assertThat(Numbers.significant(value, 5)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.0", "1, 100.0", "0.8825, 88.3", "0.93249, 93.2", "0.0004, 0.0"})
    void percentHasOneDecimal(double share, String text) {
        assertThat(Numbers.percent(share)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.0 kB",
        "999_499, 999 kB",
        "999_500, 1.0 MB",
        "13_000_000, 13 MB",
        "3_460_000_000, 3.5 GB",
        "9_950_000, 10 MB",
        "9223372036854775807, 9223 PB"
    })
    void bytesAreInDecimalUnits(String bytes, String text) {
        assertThat(Numbers.bytes(Long.parseLong(bytes.replace("_", "")))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.42, 0.4 s", "9.96, 10 s", "37.2, 37 s", "59.6, 1 min 0 s", "185, 3 min 5 s", "7440, 2 h 4 min"})
    void durationsHaveAtMostTwoUnits(double seconds, String text) {
        assertThat(Numbers.duration(seconds)).isEqualTo(text);
    }

    @Test
    void briefDropsEmptyDecimalsAndHasAWordForNothing() {
        assertThat(Numbers.brief(500)).isEqualTo("500");
        assertThat(Numbers.brief(0.123456)).isEqualTo("0.1235");
        assertThat(Numbers.brief(Double.NaN)).isEqualTo("–");
    }

    @Test
    void noLocaleChangesANumber() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            assertThat(List.of(Numbers.percent(0.5), Numbers.count(1_234_567), Numbers.duration(1.5)))
                    .containsExactly("50.0", "1,234,567", "1.5 s");
        } finally {
            Locale.setDefault(before);
        }
    }
}
