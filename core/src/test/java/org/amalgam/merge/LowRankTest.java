package org.amalgam.merge;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class LowRankTest {

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor noise(int rows, int columns) {
        Random random = new Random(rows);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, rows, columns);
    }

    @Test
    void theWholeRankIsTheMatrixItself() {
        Tensor matrix = noise(7, 5);
        LowRank whole = LowRank.of(matrix, 5, "w");
        assertThat(whole.reconstruct().toFloats()).containsExactly(matrix.toFloats(), within(1e-5f));
        assertThat(whole.error()).isLessThan(1e-6);
    }

    @Test
    void anOuterProductNeedsRankOne() {
        Tensor matrix = Tensor.of(new float[] {1, 2, 3}, 3, 1).matmul(Tensor.of(new float[] {4, -5}, 1, 2));
        LowRank one = LowRank.of(matrix, 1, "w");
        assertThat(one.reconstruct().toFloats()).containsExactly(matrix.toFloats(), within(1e-5f));
        assertThat(one.parameters()).isEqualTo(5);
    }

    /** Eckart and Young: what is left over is what the other singular values hold. */
    @Test
    void theErrorIsTheNormOfTheRest() {
        Tensor matrix = Tensor.of(new float[] {3, 0, 0, 0, 2, 0, 0, 0, 1}, 3, 3);
        assertThat(LowRank.of(matrix, 2, "w").error()).isCloseTo(1 / Math.sqrt(14), within(1e-6));
        assertThat(LowRank.of(matrix, 1, "w").error()).isCloseTo(Math.sqrt(5.0 / 14), within(1e-6));
    }

    @Test
    void aZeroMatrixIsItsOwnApproximation() {
        LowRank none = LowRank.of(Tensor.zeros(4, 3), 2, "w");
        assertThat(none.error()).isZero();
        assertThat(none.reconstruct().toFloats()).containsOnly(0);
    }

    @Test
    void aRankAboveTheMatrixsIsRefused() {
        assertThatThrownBy(() -> LowRank.of(noise(4, 3), 4, "fc1.weight"))
                .isInstanceOf(AmalgamException.class)
                .hasMessage("fc1.weight: rank 4 is not possible, a matrix [4, 3] has ranks from 1 to 3");
    }
}
