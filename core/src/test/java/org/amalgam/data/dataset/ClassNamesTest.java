package org.amalgam.data.dataset;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class ClassNamesTest {

    @ParameterizedTest
    @CsvSource({
        "sun397, 397",
        "stanford-cars, 196",
        "resisc45, 45",
        "eurosat, 10",
        "svhn, 10",
        "gtsrb, 43",
        "mnist, 10",
        "dtd, 47",
        "fashion_mnist, 10",
        "optdigits, 10",
        "letters, 10",
        "textures, 10",
        "hiragana, 10",
        "Stanford_Cars, 196",
        "cars, 196",
        "SUN-397, 397",
        "EuroSAT, 10",
        "Fashion-MNIST, 10"
    })
    void knowsTheTasks(String task, int classes) {
        TaskText text = ClassNames.of(task).orElseThrow();

        assertThat(text.classNames()).hasSize(classes).doesNotContain("");
        assertThat(text.templates()).isNotEmpty().allSatisfy(template -> assertThat(template)
                .contains("{}"));
    }

    @Test
    void knowsNoOthers() {
        assertThat(ClassNames.of("birds")).isEmpty();
        assertThat(ClassNames.tasks()).hasSize(13).contains("stanford-cars", "hiragana");
        assertThat(ClassNames.of("mnist").orElseThrow().classNames())
                .isEqualTo(List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
    }
}
