package org.amalgam.tensor;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PrecisionTest {

    @Test
    void readsItsSpellings() {
        assertThat(Precision.of("32")).isEqualTo(Precision.FLOAT32);
        assertThat(Precision.of("32-true")).isEqualTo(Precision.FLOAT32);
        assertThat(Precision.of("BF16-mixed")).isEqualTo(Precision.BF16_MIXED);
        for (Precision precision : Precision.values()) {
            assertThat(Precision.of(precision.key())).isEqualTo(precision);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"16-mixed", "64", "", "bf16-true"})
    void refusesOthers(String key) {
        assertThatThrownBy(() -> Precision.of(key))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("fabric.precision")
                .hasMessageContaining("bf16-mixed");
    }

    @Test
    void multipliesInTheTypeThatItNamesAndSwitchesBack() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.full(1.001, 2, 2);
            assertThat(Precision.FLOAT32.run(() -> x.matmul(x)).dtype()).isEqualTo(DType.F32);
            assertThat(Precision.BF16_MIXED.run(() -> x.matmul(x)).dtype()).isEqualTo(DType.BF16);
            assertThat(Precision.BF16_MIXED
                            .run(() -> Precision.BF16_MIXED.run(() -> x).matmul(x))
                            .dtype())
                    .isEqualTo(DType.BF16);
            assertThatThrownBy(() -> Precision.BF16_MIXED.run(() -> {
                        throw new IllegalStateException("on purpose");
                    }))
                    .hasMessage("on purpose");
            assertThat(x.matmul(x).dtype()).isEqualTo(DType.F32);
        }
    }

    @Test
    void keepsRoundedWeightsForAsLongAsAskedAndAddsUpTheirGradients() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.full(1, 1, 1);
            Tensor weight = Tensor.full(2, 1, 1).leaf();
            try (Precision.Casts kept = Precision.keepCasts()) {
                product(x, weight, 2);
                weight.detach().assign(Tensor.full(3, 1, 1));
                product(x, weight, 2);
                assertThat(weight.gradient().item()).isEqualTo(2);
            }
            product(x, weight, 3);
            weight.detach().assign(Tensor.full(4, 1, 1));
            product(x, weight, 4);
        }
    }

    private static void product(Tensor x, Tensor weight, double expected) {
        Tensor y = Precision.BF16_MIXED.run(() -> x.matmul(weight));
        assertThat(y.item()).isEqualTo(expected);
        y.sum().backward();
    }
}
