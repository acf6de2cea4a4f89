package org.amalgam.analysis;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LossTableTest {

    @Test
    void whatWasSavedIsThereAgainToTheBitAndTheRestIsMissing(@TempDir Path folder) {
        Optional<Path> file = Optional.of(folder.resolve("analysis.safetensors"));
        LossTable table = LossTable.open(file, "these", 2, 3);
        assertThat(table.missing(0)).containsExactly(0, 1, 2);
        table.put(1, 1, Math.PI, 1.0 / 3);
        table.saveIfDue(false);
        assertThat(file.get()).as("not after a moment").doesNotExist();
        table.saveIfDue(true);

        LossTable again = LossTable.open(file, "these", 2, 3);
        assertThat(List.of(again.missing(0), again.missing(1))).containsExactly(List.of(0, 1, 2), List.of(0, 2));
        assertThat(again.loss(1, 1, 0)).isEqualTo(Math.PI);
        assertThat(again.loss(1, 1, 1)).isEqualTo(1.0 / 3);
        assertThatThrownBy(() -> LossTable.open(file, "others", 2, 3))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("start afresh");
    }
}
