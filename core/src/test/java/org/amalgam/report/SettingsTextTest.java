package org.amalgam.report;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class SettingsTextTest {

    @Test
    void numbersAreWrittenAsInYaml() {
        assertThat(SettingsText.flatten(Map.of("optimizer", Map.of("lr", 1e-5))))
                .containsEntry("optimizer.lr", "1e-5");
        assertThat(SettingsText.flatten(Map.of("range", List.of(-2.5e-7, 0.5, 3))))
                .containsEntry("range", "[-2.5e-7, 0.5, 3]");
    }
}
