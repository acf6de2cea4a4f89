package org.amalgam.merge;

import org.amalgam.AmalgamException;
import org.amalgam.merge.Coefficients.Granularity;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Laws of {@code theta_0 + T^t lambda} and of its gradient. */
class TaskVectorsTest {

    private static final Offset<Float> ROUNDING = Offset.offset(1e-5f);

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    private static Coefficients random(Granularity granularity, TaskVectors vectors, long seed) {
        Random random = new Random(seed);
        int count = granularity == Granularity.TASK ? vectors.tasks() : vectors.tasks() * vectors.layers();
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new Coefficients(
                granularity == Granularity.TASK
                        ? Tensor.of(values, vectors.tasks())
                        : Tensor.of(values, vectors.tasks(), vectors.layers()));
    }

    @ParameterizedTest
    @EnumSource(Granularity.class)
    void coefficientsOfZeroGiveTheAncestorBitForBit(Granularity granularity) {
        TaskVectors vectors = Vectors.random(1, 3);
        Weights merged = vectors.merge(Coefficients.filled(granularity, vectors, 0));
        merged.entries().forEach((name, tensor) -> assertThat(tensor.toBytes())
                .isEqualTo(vectors.ancestor().get(name).toBytes()));
        assertThat(merged.names()).isEqualTo(vectors.ancestor().names());
    }

    @ParameterizedTest
    @EnumSource(Granularity.class)
    void oneTaskWithCoefficientOneGivesItsModel(Granularity granularity) {
        Random random = new Random(2);
        Weights ancestor = Vectors.model(random);
        Weights expert = Vectors.model(random);
        TaskVectors vectors = TaskVectors.of(ancestor, List.of(expert));
        Weights merged = vectors.merge(Coefficients.filled(granularity, vectors, 1));
        assertThat(Vectors.flat(merged)).containsExactly(Vectors.flat(expert), Offset.offset(1e-6f));
        merged.entries().forEach((name, tensor) -> assertThat(tensor.shape())
                .isEqualTo(ancestor.get(name).shape()));
    }

    @ParameterizedTest
    @EnumSource(Granularity.class)
    void mergesLinearly(Granularity granularity) {
        TaskVectors vectors = Vectors.random(3, 4);
        Coefficients one = random(granularity, vectors, 10);
        Coefficients two = random(granularity, vectors, 11);
        Coefficients both =
                new Coefficients(one.lambda().mul(0.7).add(two.lambda().mul(-1.2)));
        float[] base = Vectors.flat(vectors.ancestor());
        float[] first = Vectors.flat(vectors.merge(one));
        float[] second = Vectors.flat(vectors.merge(two));
        float[] expected = new float[base.length];
        for (int i = 0; i < base.length; i++) {
            expected[i] = (float) (base[i] + 0.7 * (first[i] - base[i]) - 1.2 * (second[i] - base[i]));
        }
        assertThat(Vectors.flat(vectors.merge(both))).containsExactly(expected, ROUNDING);
    }

    @ParameterizedTest
    @EnumSource(Granularity.class)
    void agreesWithTheSumWrittenOut(Granularity granularity) {
        Random random = new Random(4);
        Weights ancestor = Vectors.model(random);
        List<Weights> experts = Vectors.models(random, 3);
        TaskVectors vectors = TaskVectors.of(ancestor, experts);
        Coefficients lambda = random(granularity, vectors, 12);
        Weights merged = vectors.merge(lambda);
        for (int layer = 0; layer < vectors.layers(); layer++) {
            String name = ancestor.names().get(layer);
            float[] base = ancestor.get(name).toFloats();
            float[] weights = lambda.column(layer).toFloats();
            float[] expected = new float[base.length];
            for (int i = 0; i < base.length; i++) {
                double sum = base[i];
                for (int k = 0; k < 3; k++) {
                    sum += weights[k] * (double) (experts.get(k).get(name).toFloats()[i] - base[i]);
                }
                expected[i] = (float) sum;
            }
            assertThat(merged.get(name).toFloats()).containsExactly(expected, ROUNDING);
        }
    }

    @Test
    void taskWiseEqualsLayerWiseWithEqualColumns() {
        TaskVectors vectors = Vectors.random(5, 3);
        Coefficients task = random(Granularity.TASK, vectors, 13);
        Coefficients layer = new Coefficients(
                task.lambda().reshape(3, 1).expand(3, vectors.layers()).contiguous());
        assertThat(Vectors.flat(vectors.merge(layer)))
                .containsExactly(Vectors.flat(vectors.merge(task)), Offset.offset(1e-6f));
    }

    @Test
    void theOrderOfTasksChangesNothingButRounding() {
        Random random = new Random(6);
        Weights ancestor = Vectors.model(random);
        List<Weights> experts = new ArrayList<>(Vectors.models(random, 4));
        float[] lambda = {0.1f, -0.4f, 1.3f, 0.6f};
        float[] reversed = {0.6f, 1.3f, -0.4f, 0.1f};
        float[] there = Vectors.flat(TaskVectors.of(ancestor, experts).merge(new Coefficients(Tensor.of(lambda, 4))));
        Collections.reverse(experts);
        float[] back = Vectors.flat(TaskVectors.of(ancestor, experts).merge(new Coefficients(Tensor.of(reversed, 4))));
        assertThat(back).containsExactly(there, ROUNDING);
    }

    /** L = sum of theta^2 / 2 is quadratic in lambda, so that central differences are exact but for rounding. */
    @ParameterizedTest
    @EnumSource(Granularity.class)
    void theGradientIsTaskVectorsTimesTheGradientOfTheWeights(Granularity granularity) {
        TaskVectors vectors = Vectors.random(7, 3);
        Coefficients point = random(granularity, vectors, 14);
        Tensor leaf = point.lambda().leaf();
        loss(vectors.merge(new Coefficients(leaf))).backward();
        float[] gradient = leaf.gradient().toFloats();

        float[] values = point.lambda().toFloats();
        for (int i = 0; i < values.length; i++) {
            double h = 0.5;
            double difference =
                    (lossAt(vectors, point, values, i, h) - lossAt(vectors, point, values, i, -h)) / (2 * h);
            assertThat((double) gradient[i])
                    .as("coefficient " + i)
                    .isCloseTo(difference, Offset.offset(1e-4 * Math.max(1, Math.abs(difference))));
        }
        assertThat(leaf.gradient().shape()).isEqualTo(point.lambda().shape());
        assertThat(gradient).containsExactly(projected(vectors, point), Offset.offset(1e-3f));
    }

    private static Tensor loss(Weights weights) {
        return Tensor.stack(weights.tensors().stream()
                        .map(tensor -> tensor.mul(tensor).sum().mul(0.5))
                        .toList())
                .sum();
    }

    /** The loss in double precision, with one coefficient moved. */
    private static double lossAt(TaskVectors vectors, Coefficients point, float[] values, int moved, double by) {
        double[] lambda = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            lambda[i] = values[i] + (i == moved ? by : 0);
        }
        double loss = 0;
        for (int layer = 0; layer < vectors.layers(); layer++) {
            for (double theta : merged(vectors, point, lambda, layer)) {
                loss += theta * theta / 2;
            }
        }
        return loss;
    }

    private static double[] merged(TaskVectors vectors, Coefficients point, double[] lambda, int layer) {
        String name = vectors.ancestor().names().get(layer);
        float[] base = vectors.ancestor().get(name).toFloats();
        float[] matrix = vectors.matrices().get(name).toFloats();
        double[] theta = new double[base.length];
        for (int p = 0; p < base.length; p++) {
            theta[p] = base[p];
            for (int k = 0; k < vectors.tasks(); k++) {
                theta[p] += lambda[index(point, vectors, k, layer)] * matrix[k * base.length + p];
            }
        }
        return theta;
    }

    /** T . g, written out, with g = theta. */
    private static float[] projected(TaskVectors vectors, Coefficients point) {
        float[] values = point.lambda().toFloats();
        double[] lambda = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            lambda[i] = values[i];
        }
        double[] gradient = new double[values.length];
        for (int layer = 0; layer < vectors.layers(); layer++) {
            double[] theta = merged(vectors, point, lambda, layer);
            float[] matrix = vectors.matrices().tensors().get(layer).toFloats();
            for (int k = 0; k < vectors.tasks(); k++) {
                for (int p = 0; p < theta.length; p++) {
                    gradient[index(point, vectors, k, layer)] += matrix[k * theta.length + p] * theta[p];
                }
            }
        }
        float[] rounded = new float[gradient.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) gradient[i];
        }
        return rounded;
    }

    private static int index(Coefficients point, TaskVectors vectors, int k, int layer) {
        return point.granularity() == Granularity.TASK ? k : k * vectors.layers() + layer;
    }

    @Test
    void clampedCoefficientsGetNoGradientWhereTheyAreCut() {
        TaskVectors vectors = Vectors.random(8, 4);
        Tensor leaf = Tensor.of(new float[] {-0.5f, 0.25f, 1.5f, 0.75f}, 4).leaf();
        Coefficients clamped = new Coefficients(leaf).clamped(0, 1);
        assertThat(clamped.lambda().toFloats()).containsExactly(0, 0.25f, 1, 0.75f);
        loss(vectors.merge(clamped)).backward();
        float[] gradient = leaf.gradient().toFloats();
        assertThat(gradient[0]).isZero();
        assertThat(gradient[2]).isZero();
        assertThat(gradient[1]).isNotZero();
        assertThat(gradient[3]).isNotZero();
        assertThat(leaf.detach().toFloats()).containsExactly(-0.5f, 0.25f, 1.5f, 0.75f);
    }

    @Test
    void taskVectorsAreTheDifferencesInTheAncestorsShapes() {
        Random random = new Random(9);
        Weights ancestor = Vectors.model(random);
        List<Weights> experts = Vectors.models(random, 2);
        TaskVectors vectors = TaskVectors.of(ancestor, experts);
        assertThat(vectors.tasks()).isEqualTo(2);
        assertThat(vectors.layers()).isEqualTo(4);
        Weights second = vectors.taskVector(1);
        second.entries().forEach((name, tensor) -> {
            assertThat(tensor.shape()).isEqualTo(ancestor.get(name).shape());
            assertThat(tensor.toFloats())
                    .containsExactly(
                            experts.get(1).get(name).sub(ancestor.get(name)).toFloats());
        });
        assertThat(vectors.map((name, matrix) -> matrix.mul(2))
                        .taskVector(1)
                        .get("a.bias")
                        .item())
                .isEqualTo(2 * second.get("a.bias").item());
    }

    @Test
    void coefficientsFromElsewhereMustFit() {
        assertThat(Coefficients.checked(Tensor.zeros(2), Granularity.TASK, 2, 4, "x")
                        .granularity())
                .isEqualTo(Granularity.TASK);
        assertThat(Coefficients.checked(Tensor.zeros(2, 4), Granularity.LAYER, 2, 4, "x")
                        .granularity())
                .isEqualTo(Granularity.LAYER);
        assertThatThrownBy(() -> Coefficients.checked(Tensor.zeros(2, 5), Granularity.LAYER, 2, 4, "w.pt"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageStartingWith("w.pt: ")
                .hasMessageContaining("[2, 5]")
                .hasMessageContaining("[2, 4]");
        assertThatThrownBy(() -> Coefficients.checked(Tensor.zeros(2, 4), Granularity.TASK, 2, 4, "w.pt"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("[2]: one a task");
        assertThatThrownBy(() ->
                        Coefficients.checked(Tensor.of(new float[] {1, Float.NaN}, 2), Granularity.TASK, 2, 4, "w.pt"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("NaN");
    }

    @Test
    void coefficientsAreDescribedByTheirRangeAndMeans() {
        Coefficients layer = new Coefficients(Tensor.of(new float[] {0, 1, 2, -3, 0, 6}, 2, 3));
        assertThat(layer.range())
                .containsExactly(
                        java.util.Map.entry("weight_max", 6.0),
                        java.util.Map.entry("weight_min", -3.0),
                        java.util.Map.entry("weight_mean", 1.0));
        assertThat(layer.taskMeans()).containsExactly(1.0, 1.0);
        assertThat(new Coefficients(Tensor.of(new float[] {2, 3}, 2)).taskMeans())
                .containsExactly(2.0, 3.0);
    }
}
