package org.amalgam.report;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ProfileTest {

    @Test
    void theTableIsTheReferencesByteForByte() {
        assertThat(Samples.profile().table()).isEqualTo("""
Profiler Report

----------------------------------------------------------------------------------------------------------------------------------
|  Action                       |  Mean duration (s)    |  Num calls            |  Total time (s)       |  Percentage %         |
----------------------------------------------------------------------------------------------------------------------------------
|  Total                        |  -                    |  26001                |  724.65               |  100 %                |
----------------------------------------------------------------------------------------------------------------------------------
|  backward pass                |  0.060172             |  8000                 |  481.38               |  66.429               |
|  forward pass                 |  0.016124             |  8000                 |  128.99               |  17.801               |
|  data loading                 |  0.0063443            |  8000                 |  50.754               |  7.004                |
|  merging weights              |  0.050735             |  1000                 |  50.735               |  7.0013               |
|  construct the wrapped model  |  7.2558               |  1                    |  7.2558               |  1.0013               |
|  optimizer step               |  0.00098186           |  1000                 |  0.98186              |  0.13549              |
----------------------------------------------------------------------------------------------------------------------------------
""");
    }

    @Test
    void theColumnsStayAlignedWhateverTheNamesLength() {
        for (int length = 1; length < 40; length++) {
            String table = new Profile(List.of(new ProfileRow("x".repeat(length), 3, 1.5)), 2).table();
            List<String> lines =
                    table.lines().filter(line -> line.startsWith("|")).toList();

            assertThat(lines)
                    .extracting(String::length)
                    .containsOnly(lines.get(0).length());
        }
    }

    @Test
    void nothingTimedIsATableAllTheSame() {
        Profile profile = new Profile(List.of(), 0);

        assertThat(profile.table()).contains("|  Total  ").doesNotContain("nan");
        assertThatThrownBy(() -> new ProfileRow("never", 0, 0)).hasMessageContaining("never was timed 0 times");
    }
}
