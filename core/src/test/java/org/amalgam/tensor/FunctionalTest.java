package org.amalgam.tensor;

import org.amalgam.fixtures.NoiseTask;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Random;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

class FunctionalTest {

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    private static float[] normal(int count) {
        Random random = new Random(3);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (3 * random.nextGaussian());
        }
        return values;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @Test
    void quickGeluAndItsDerivativeAreThoseOfTheFormula() {
        float[] values = normal(101);
        Tensor x = Tensor.of(values, values.length).leaf();
        Tensor y = Functional.quickGeluInPlace(x.mul(1));
        y.sum().backward();
        float[] found = y.toFloats();
        float[] slopes = x.gradient().toFloats();
        for (int i = 0; i < values.length; i++) {
            double s = sigmoid(1.702 * values[i]);
            assertThat((double) found[i]).isCloseTo(values[i] * s, Offset.offset(1e-5));
            assertThat((double) slopes[i]).isCloseTo(s + 1.702 * values[i] * s * (1 - s), Offset.offset(1e-5));
        }
    }

    /** Images of 5 x 7 pixels hold 2 x 3 whole patches of 2. */
    @Test
    void aPatchIsTheSumOfItsPixelsTimesTheWeights() {
        float[] pixels = normal(2 * 3 * 5 * 7);
        float[] weights = normal(4 * 3 * 2 * 2);
        float[] found = Functional.patches(Tensor.of(pixels, 2, 3, 5, 7), Tensor.of(weights, 4, 3, 2, 2))
                .toFloats();
        assertThat(found).hasSize(2 * 6 * 4);
        for (int n = 0; n < 2; n++) {
            for (int patch = 0; patch < 6; patch++) {
                for (int out = 0; out < 4; out++) {
                    double sum = 0;
                    for (int c = 0; c < 3; c++) {
                        for (int y = 0; y < 2; y++) {
                            for (int x = 0; x < 2; x++) {
                                int row = 2 * (patch / 3) + y;
                                int column = 2 * (patch % 3) + x;
                                sum += pixels[((n * 3 + c) * 5 + row) * 7 + column]
                                        * weights[((out * 3 + c) * 2 + y) * 2 + x];
                            }
                        }
                    }
                    assertThat((double) found[(n * 6 + patch) * 4 + out]).isCloseTo(sum, Offset.offset(1e-4));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, false, 1e-5", "FLOAT32, true, 1e-5", "BF16_MIXED, false, 3e-2", "BF16_MIXED, true, 3e-2"})
    void attentionWeighsValuesByTheSoftmaxOfScaledProducts(Precision precision, boolean causal, double tolerance) {
        int heads = 2;
        int tokens = 5;
        int width = 3;
        Random random = new Random(1);
        Tensor[] x = Stream.generate(
                        () -> NoiseTask.noise(random, 1, heads, tokens, width).leaf())
                .limit(3)
                .toArray(Tensor[]::new);
        float[][] parts = Stream.of(x).map(Tensor::toFloats).toArray(float[][]::new);
        Tensor mixed = precision.run(() -> Functional.attention(x[0], x[1], x[2], causal));
        mixed.sum().backward();
        float[] found = mixed.to(DType.F32).toFloats();
        float[] slopes = x[2].gradient().toFloats();
        for (int head = 0; head < heads; head++) {
            double[] given = new double[tokens];
            for (int to = 0; to < tokens; to++) {
                double[] weights = new double[tokens];
                double sum = 0;
                for (int from = 0; from < (causal ? to + 1 : tokens); from++) {
                    double product = 0;
                    for (int i = 0; i < width; i++) {
                        product += parts[0][at(head, to, i)] * parts[1][at(head, from, i)];
                    }
                    weights[from] = Math.exp(product / Math.sqrt(width));
                    sum += weights[from];
                }
                for (int i = 0; i < width; i++) {
                    double expected = 0;
                    for (int from = 0; from < tokens; from++) {
                        expected += weights[from] / sum * parts[2][at(head, from, i)];
                    }
                    assertThat((double) found[at(head, to, i)]).isCloseTo(expected, Offset.offset(tolerance));
                }
                for (int from = 0; from < tokens; from++) {
                    given[from] += weights[from] / sum;
                }
            }
            for (int from = 0; from < tokens; from++) {
                assertThat((double) slopes[at(head, from, 0)]).isCloseTo(given[from], Offset.offset(tolerance));
            }
        }
    }

    /** Place in [1, heads, 5 tokens, 3]. */
    private static int at(int head, int token, int i) {
        return (head * 5 + token) * 3 + i;
    }
}
