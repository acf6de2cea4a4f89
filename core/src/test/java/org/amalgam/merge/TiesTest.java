package org.amalgam.merge;

import org.amalgam.AmalgamException;
import org.amalgam.merge.Sparsity.Extent;
import org.amalgam.merge.Sparsity.Magnitude;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** TIES against its definition as double loops over plain arrays. */
class TiesTest {

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    /** Task vectors of one parameter tensor with these rows. */
    private static TaskVectors rows(float[]... rows) {
        int length = rows[0].length;
        float[] matrix = new float[rows.length * length];
        for (int k = 0; k < rows.length; k++) {
            System.arraycopy(rows[k], 0, matrix, k * length, length);
        }
        return new TaskVectors(
                new Weights(Map.of("w", Tensor.zeros(length))),
                new Weights(Map.of("w", Tensor.of(matrix, rows.length, length))));
    }

    /** Rows of all parameters end to end. */
    private static float[][] flat(TaskVectors vectors) {
        float[][] rows = new float[vectors.tasks()][];
        for (int k = 0; k < rows.length; k++) {
            rows[k] = Vectors.flat(vectors.taskVector(k));
        }
        return rows;
    }

    private static Magnitude kept(double threshold) {
        return Magnitude.ofThreshold("threshold", threshold, Extent.MODEL);
    }

    private static TaskVectors trim(TaskVectors vectors, double threshold) {
        return TaskVectors.held(vectors.ancestor(), kept(threshold).of(vectors, Crew.ALONE));
    }

    private static TaskVectors consensus(TaskVectors vectors, double threshold) {
        Composition ties = Composition.ties(kept(threshold), MergeFunction.SUM);
        return TaskVectors.held(vectors.ancestor(), ties.taskVectors(vectors, Crew.ALONE));
    }

    /** The merged task vector, parameters end to end. */
    private static float[] merged(TaskVectors vectors, double threshold, MergeFunction function) {
        var merged = Composition.ties(kept(threshold), function).of(vectors, Crew.ALONE);
        return Tensor.concat(
                        vectors.names().stream()
                                .map(name -> merged.apply(name).at(Span.whole(vectors.elements(name))))
                                .toList(),
                        0)
                .toFloats();
    }

    private static float[] naiveTrim(float[] row, double share) {
        float[] magnitudes = new float[row.length];
        for (int i = 0; i < row.length; i++) {
            magnitudes[i] = Math.abs(row[i]);
        }
        Arrays.sort(magnitudes);
        int rank = row.length - (int) Math.floor(row.length * share);
        float cutoff = rank == 0 ? 0 : magnitudes[rank - 1];
        float[] kept = new float[row.length];
        for (int i = 0; i < row.length; i++) {
            kept[i] = Math.abs(row[i]) >= cutoff ? row[i] : 0;
        }
        return kept;
    }

    private static float[] naiveElect(float[][] rows) {
        float[] signs = new float[rows[0].length];
        double majority = 0;
        for (int i = 0; i < signs.length; i++) {
            float sum = 0;
            for (float[] row : rows) {
                sum += row[i];
            }
            signs[i] = Math.signum(sum);
            majority += signs[i];
        }
        for (int i = 0; i < signs.length; i++) {
            signs[i] = signs[i] == 0 ? (float) Math.signum(majority) : signs[i];
        }
        return signs;
    }

    private static float[][] naiveAgree(float[][] rows, float[] signs) {
        float[][] agreeing = new float[rows.length][signs.length];
        for (int k = 0; k < rows.length; k++) {
            for (int i = 0; i < signs.length; i++) {
                boolean agrees = signs[i] > 0 ? rows[k][i] > 0 : rows[k][i] < 0;
                agreeing[k][i] = agrees ? rows[k][i] : 0;
            }
        }
        return agreeing;
    }

    private static float[] naiveCombine(float[][] agreeing, float[] signs, MergeFunction function) {
        float[] combined = new float[signs.length];
        for (int i = 0; i < signs.length; i++) {
            float sum = 0;
            float largest = 0;
            int count = 0;
            for (float[] row : agreeing) {
                sum += row[i];
                largest = Math.max(largest, Math.abs(row[i]));
                count += row[i] == 0 ? 0 : 1;
            }
            combined[i] = switch (function) {
                case SUM -> sum;
                case MEAN -> sum / Math.max(1, count);
                case MAX -> largest * signs[i];
            };
        }
        return combined;
    }

    @ParameterizedTest
    @ValueSource(doubles = {20, 50, 99, 1.5, 0.7, 0.01})
    void everyStepAgreesWithItsDefinition(double threshold) {
        TaskVectors vectors = Vectors.random(21, 3);
        float[][] rows = flat(vectors);
        double share = threshold > 1 ? threshold / 100 : threshold;
        float[][] trimmed =
                Arrays.stream(rows).map(row -> naiveTrim(row, share)).toArray(float[][]::new);
        float[] signs = naiveElect(trimmed);
        float[][] agreeing = naiveAgree(trimmed, signs);

        assertThat(flat(trim(vectors, threshold))).isDeepEqualTo(trimmed);
        assertThat(flat(consensus(vectors, threshold))).isDeepEqualTo(agreeing);
        for (MergeFunction function : MergeFunction.values()) {
            assertThat(merged(vectors, threshold, function))
                    .as(function.name())
                    .containsExactly(naiveCombine(agreeing, signs, function), Offset.offset(1e-6f));
        }
    }

    @Test
    void keepsTheShareAndOneMoreAndTiesAtTheCutOff() {
        float[] row = new float[100];
        for (int i = 0; i < 100; i++) {
            row[i] = (i % 2 == 0 ? 1 : -1) * (i + 1);
        }
        assertThat(kept(row, 20)).isEqualTo(21);
        assertThat(kept(row, 0.5)).isEqualTo(51);
        assertThat(kept(row, 0.001)).isEqualTo(1);
        assertThat(kept(new float[] {1, -2, 2, 2, -2, 3}, 0.2)).as("cut-off 2").isEqualTo(5);
    }

    private static long kept(float[] row, double threshold) {
        return Arrays.stream(flat(trim(rows(row), threshold)))
                .mapToLong(values -> {
                    long count = 0;
                    for (float value : values) {
                        count += value == 0 ? 0 : 1;
                    }
                    return count;
                })
                .sum();
    }

    @ParameterizedTest
    @ValueSource(doubles = {100, 1})
    void aThresholdOfAllKeepsAll(double threshold) {
        TaskVectors vectors = Vectors.random(22, 2);
        assertThat(flat(trim(vectors, threshold))).isDeepEqualTo(flat(vectors));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, 100.5, Double.NaN, Double.POSITIVE_INFINITY})
    void refusesAShareThatIsNone(double threshold) {
        TaskVectors vectors = Vectors.random(23, 2);
        assertThatThrownBy(() -> trim(vectors, threshold))
                .isInstanceOf(AmalgamException.class)
                .hasMessageStartingWith("threshold: " + threshold);
    }

    @ParameterizedTest
    @ValueSource(doubles = {20, 0.7})
    void trimmingTwiceTrimsOnce(double threshold) {
        TaskVectors once = trim(Vectors.random(24, 3), threshold);
        assertThat(flat(trim(once, threshold))).isDeepEqualTo(flat(once));
    }

    @Test
    void oneTaskAgreesWithItself() {
        TaskVectors vectors = Vectors.random(25, 1);
        assertThat(flat(consensus(vectors, 30))).isDeepEqualTo(flat(trim(vectors, 30)));
    }

    @ParameterizedTest
    @EnumSource(MergeFunction.class)
    void negatedTasksGiveTheNegatedMerge(MergeFunction function) {
        TaskVectors vectors = Vectors.random(26, 3);
        TaskVectors negated = vectors.map((name, matrix) -> matrix.mul(-1));
        float[] there = merged(vectors, 60, function);
        float[] back = merged(negated, 60, function);
        for (int i = 0; i < there.length; i++) {
            assertThat(back[i]).isEqualTo(there[i] == 0 ? back[i] * 0 : -there[i]);
        }
    }

    @Test
    void aSumOfZeroTakesTheMajoritysSign() {
        // The first entry cancels out; of the others two sums are positive and one is negative.
        TaskVectors positive = rows(new float[] {2, 1, 1, -1}, new float[] {-2, 1, 1, -1});
        assertThat(flat(consensus(positive, 100))).isDeepEqualTo(new float[][] {{2, 1, 1, -1}, {0, 1, 1, -1}});
        // Without a majority it stays undecided, and what is negative stays.
        TaskVectors even = rows(new float[] {2, 1, -1}, new float[] {-2, 1, -1});
        assertThat(flat(consensus(even, 100))).isDeepEqualTo(new float[][] {{0, 1, -1}, {-2, 1, -1}});
        assertThat(merged(even, 100, MergeFunction.MAX)).containsExactly(0, 1, -1);
    }

    @Test
    void readsTheReferencesNames() {
        assertThat(MergeFunction.of("sum")).isEqualTo(MergeFunction.SUM);
        assertThat(MergeFunction.of("dis-mean")).isEqualTo(MergeFunction.MEAN);
        assertThat(MergeFunction.of("x-y-max")).isEqualTo(MergeFunction.MAX);
    }
}
