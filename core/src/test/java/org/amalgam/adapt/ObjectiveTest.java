package org.amalgam.adapt;

import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

class ObjectiveTest {

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    /** Every sample's loss is the entropy of the mean logits; of one sample that is its own entropy. */
    @Test
    void theEntropyOfTheMeanIsOfTheBatch() {
        float[][] logits = rows(3, 4, 2);
        float[] mean = new float[4];
        for (float[] row : logits) {
            for (int c = 0; c < 4; c++) {
                mean[c] += row[c] / 3;
            }
        }
        float[] terms =
                Objective.ENTROPY_OF_MEAN.terms(tensor(logits), tensor(logits)).toFloats();
        float expected = (float) entropy(mean);
        assertThat(terms).containsExactly(new float[] {expected, expected, expected}, Offset.offset(1e-5f));
        Tensor one = tensor(rows(1, 4, 2));
        assertThat(Objective.ENTROPY_OF_MEAN.terms(one, one).toFloats())
                .containsExactly(Objective.ENTROPY.terms(one, one).toFloats());
        assertThat(Objective.ENTROPY_OF_MEAN.wholeBatches()).isTrue();
        assertThat(Objective.ENTROPY.wholeBatches()).isFalse();
    }

    private static double[] softmax(float[] logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        double[] p = new double[logits.length];
        double sum = 0;
        for (int c = 0; c < p.length; c++) {
            p[c] = Math.exp(logits[c] - largest);
            sum += p[c];
        }
        for (int c = 0; c < p.length; c++) {
            p[c] /= sum;
        }
        return p;
    }

    private static double entropy(float[] logits) {
        double entropy = 0;
        for (double p : softmax(logits)) {
            entropy -= p * Math.log(p + 1e-8);
        }
        return entropy;
    }

    private static float[][] rows(int rows, int classes, double spread) {
        Random random = new Random(rows);
        float[][] logits = new float[rows][classes];
        for (float[] row : logits) {
            for (int c = 0; c < classes; c++) {
                row[c] = (float) (spread * random.nextGaussian());
            }
        }
        return logits;
    }

    private static Tensor tensor(float[][] rows) {
        float[] values = new float[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, values, i * rows[0].length, rows[0].length);
        }
        return Tensor.of(values, rows.length, rows[0].length);
    }

    @Test
    void entropyAndCrossEntropyAgreeWithTheirDefinitions() {
        for (double spread : new double[] {0.1, 3, 40}) {
            float[][] logits = rows(20, 7, spread);
            long[] labels = new long[20];
            for (int i = 0; i < 20; i++) {
                labels[i] = i % 7;
            }
            float[] entropies = Objective.ENTROPY
                    .terms(tensor(logits), Tensor.of(labels, 20))
                    .toFloats();
            float[] losses = Objective.CROSS_ENTROPY
                    .terms(tensor(logits), Tensor.of(labels, 20))
                    .toFloats();
            for (int i = 0; i < 20; i++) {
                assertThat((double) entropies[i]).isCloseTo(entropy(logits[i]), Offset.offset(2e-6));
                double expected = -Math.log(softmax(logits[i])[i % 7]);
                assertThat((double) losses[i]).isCloseTo(expected, Offset.offset(1e-5 * (1 + expected)));
            }
        }
    }

    @Test
    void extremeLogitsGiveFiniteLossesAndGradients() {
        float[][] logits = {{1e4f, -1e4f, 0}, {-3e38f, 0, 3e38f}, {0, 0, 0}, {88, 88, -88}};
        Tensor labels = Tensor.of(new long[] {0, 2, 1, 0}, 4);
        Tensor leaf = tensor(logits).leaf();
        float[] entropies = Objective.ENTROPY.terms(leaf, labels).toFloats();
        assertThat(entropies)
                .containsExactly(new float[] {0, 0, (float) Math.log(3), (float) Math.log(2)}, Offset.offset(1e-6f));
        Objective.ENTROPY.terms(leaf, labels).sum().backward();
        assertThat(leaf.gradient().isFinite()).isTrue();

        Tensor other = tensor(new float[][] {{1e4f, -1e4f, 0}, {0, 0, 0}}).leaf();
        Tensor terms = Objective.CROSS_ENTROPY.terms(other, Tensor.of(new long[] {1, 2}, 2));
        assertThat(terms.toFloats()).containsExactly(new float[] {2e4f, (float) Math.log(3)}, Offset.offset(1e-3f));
        terms.sum().backward();
        assertThat(other.gradient().isFinite()).isTrue();
    }
}
