package org.amalgam.tensor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Decompositions of matrices whose singular values and vectors are known, since the matrices are made of them. */
class LinearAlgebraTest {

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    /** A matrix U diag(s) V^T, rounded to float32, with what it is made of. */
    private record Known(Tensor matrix, List<Double> values, Tensor right) {

        static Known of(int rows, int columns, IntToDoubleFunction spectrum) {
            int smaller = Math.min(rows, columns);
            float[] values = new float[smaller];
            List<Double> exact = new ArrayList<>();
            for (int i = 0; i < smaller; i++) {
                exact.add(spectrum.applyAsDouble(i));
                values[i] = exact.get(i).floatValue();
            }
            Tensor left = basis(rows, smaller, 1);
            Tensor right = basis(columns, smaller, 2).transpose(0, 1);
            return new Known(left.mul(Tensor.of(values, smaller)).matmul(right).to(DType.F32), exact, right);
        }

        /** Norms of the projections of random vectors on the first {@code rank} right singular vectors. */
        double[] gates(int rank) {
            return LinearAlgebraTest.gates(right.slice(0, 0, rank));
        }
    }

    /** Orthonormal columns, float64. */
    private static Tensor basis(int rows, int columns, int seed) {
        return LinearAlgebra.svd(noise(rows, columns, seed)).left().to(DType.F64);
    }

    private static Tensor noise(int rows, int columns, int seed) {
        Random random = new Random(seed);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, rows, columns);
    }

    private static double[] gates(Tensor right) {
        Tensor inputs = noise((int) right.size(1), 50, 3).to(DType.F64);
        float[] norms = right.to(DType.F64).matmul(inputs).norm(0).flatten().toFloats();
        double[] gates = new double[norms.length];
        for (int i = 0; i < gates.length; i++) {
            gates[i] = norms[i];
        }
        return gates;
    }

    private static void assertOrthonormalRows(Tensor rows) {
        long count = rows.size(0);
        float[] products = rows.matmul(rows.transpose(0, 1)).toFloats();
        for (int i = 0; i < products.length; i++) {
            assertThat(products[i]).isCloseTo(i / count == i % count ? 1f : 0f, within(2e-6f));
        }
    }

    /** Right singular values, orthonormal vectors, and gates within 1e-4 of the true ones where the cut is between values. */
    private static void assertLeading(Known known, int rank) {
        Svd found = LinearAlgebra.leading(known.matrix(), rank);
        float[] values = found.values().toFloats();
        for (int i = 0; i < rank; i++) {
            assertThat((double) values[i])
                    .isCloseTo(
                            known.values().get(i), within(1e-4 * known.values().get(i) + 1e-12));
        }
        double[] gates = gates(found.right());
        double[] expected = known.gates(rank);
        for (int i = 0; i < gates.length; i++) {
            assertThat(gates[i]).isCloseTo(expected[i], within(1e-4 * expected[i]));
        }
        assertOrthonormalRows(found.right());
        assertOrthonormalRows(found.left().transpose(0, 1));
    }

    @ParameterizedTest
    @CsvSource({"300, 200, 16", "200, 300, 16", "256, 256, 1", "256, 256, 40", "40, 24, 24", "5, 24, 3"})
    void spectraThatFallAreFoundToTheirLeadingPart(int rows, int columns, int rank) {
        assertLeading(Known.of(rows, columns, i -> 1e-3 * Math.pow(i + 1, -0.5)), rank);
    }

    @ParameterizedTest
    @CsvSource({"1e-12", "1", "1e12"})
    void theScaleOfAMatrixDoesNotMatter(double scale) {
        assertLeading(Known.of(200, 300, i -> scale / (i + 1)), 16);
    }

    /** Equal values: their vectors are any basis, the projection on all of them is one. */
    @Test
    void equalValuesWithinTheLeadingPartHaveOneSpan() {
        assertLeading(Known.of(256, 200, i -> i < 8 ? 2 : i < 16 ? 1 : 0.5 / i), 16);
    }

    /** Noise, of more rows than a strip and not a multiple of it, tall and wide: against the whole decomposition in float64. */
    @ParameterizedTest
    @CsvSource({"700, 200, 16", "200, 700, 16", "256, 256, 1", "257, 192, 16"})
    void theGatesOfNoiseAreThoseOfAWholeDecomposition(int rows, int columns, int rank) {
        Tensor matrix = noise(rows, columns, 8);
        double[] got = gates(LinearAlgebra.leading(matrix, rank).right());
        double[] expected = gates(LinearAlgebra.svd(matrix).first(rank).right());
        for (int i = 0; i < got.length; i++) {
            assertThat(got[i]).isCloseTo(expected[i], within(1e-4 * expected[i]));
        }
    }

    /** Values that differ by a thousandth across the cut, between many that are close: as in noise. */
    @Test
    void aFlatSpectrumIsFoundToo() {
        assertLeading(Known.of(256, 256, i -> 1 - 1e-3 * i), 16);
    }

    @Test
    void valuesFarBelowTheLargestKeepTheirDigits() {
        assertLeading(Known.of(160, 150, i -> Math.pow(10, -i / 4.0)), 16);
    }

    /** A matrix without as many directions as asked for: those there are, and any that are orthogonal to them. */
    @Test
    void aMatrixOfLowerRankHasZeroesBehindItsValues() {
        Known known = Known.of(200, 256, i -> i < 5 ? 5 - i : 0);
        Svd found = LinearAlgebra.leading(known.matrix(), 16);
        float[] values = found.values().toFloats();
        for (int i = 0; i < 16; i++) {
            assertThat((double) values[i]).isCloseTo(known.values().get(i), within(1e-5));
        }
        assertOrthonormalRows(found.right());
        assertThat(gates(found.right().slice(0, 0, 5))).containsExactly(known.gates(5), within(1e-4));
    }

    @Test
    void aZeroMatrixHasZeroValuesAndOrthonormalVectors() {
        Svd found = LinearAlgebra.leading(Tensor.zeros(200, 200), 4);
        assertThat(found.values().toFloats()).containsOnly(0);
        assertOrthonormalRows(found.right());
    }

    @Test
    void aWholeDecompositionMultipliesToItsMatrix() {
        Tensor matrix = noise(20, 30, 5);
        Svd whole = LinearAlgebra.svd(matrix);
        float[] product = whole.left().mul(whole.values()).matmul(whole.right()).toFloats();
        assertThat(product).containsExactly(matrix.toFloats(), within(1e-5f));
    }

    @Test
    void eigenvaluesOfAGramMatrixAreSquaresOfSingularValues() {
        Tensor matrix = noise(20, 12, 6).to(DType.F64);
        LinearAlgebra.Eigen eigen = LinearAlgebra.eigen(matrix.transpose(0, 1).matmul(matrix));
        float[] values = LinearAlgebra.svd(matrix).values().toFloats();
        float[] squares = eigen.values().toFloats();
        for (int i = 0; i < 12; i++) {
            assertThat(squares[11 - i]).isCloseTo(values[i] * values[i], within(1e-3f));
        }
        assertOrthonormalRows(eigen.vectors().transpose(0, 1).to(DType.F32));
    }

    @Test
    void aRankThatNoSuchMatrixHasIsAMistakeOfTheCaller() {
        assertThatThrownBy(() -> LinearAlgebra.leading(Tensor.zeros(3, 4), 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rank 4 is not in [1, 3]");
    }
}
