package org.amalgam.merge;

import org.amalgam.tensor.Scope;
import org.amalgam.tensor.SymmetricMatrices;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/** Averages whose weights come from data: by Fisher information, and by regression. */
class WeightedByDataTest {

    private final Scope scope = Scope.open();
    private final Random random = new Random(17);

    @AfterEach
    void close() {
        scope.close();
    }

    private static Weights merged(boolean normalize, List<Weights> models, List<Weights> information) {
        FisherAverage average = new FisherAverage(models.get(0), models.get(0).names(), normalize, 1e-6);
        for (int k = 0; k < models.size(); k++) {
            average.add(models.get(k), information.get(k));
        }
        return new Weights(average.average());
    }

    private static void assertSame(Weights got, Weights expected) {
        assertThat(Vectors.flat(got)).containsExactly(Vectors.flat(expected), Offset.offset(1e-5f));
    }

    private Weights information() {
        return Vectors.model(random).map((name, tensor) -> tensor.mul(tensor));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void equalInformationGivesTheMeanAndEqualModelsThatModel(boolean normalize) {
        List<Weights> models = Vectors.models(random, 3);
        Weights same = information();
        Weights mean = models.get(0)
                .map((name, tensor) -> tensor.add(models.get(1).get(name))
                        .add(models.get(2).get(name))
                        .mul(1 / 3.0));
        assertSame(merged(normalize, models, List.of(same, same, same)), mean);
        Weights nothing = same.map((name, tensor) -> tensor.mul(0));
        assertSame(merged(normalize, models, List.of(nothing, nothing, nothing)), mean);
        Weights one = models.get(0);
        assertSame(merged(normalize, List.of(one, one), List.of(information(), information())), one);
    }

    @Test
    void whatHasAllTheInformationIsTaken() {
        List<Weights> models = Vectors.models(random, 2);
        Weights much = models.get(0).map((name, tensor) -> tensor.mul(0).add(name.startsWith("z.") ? 1e6 : 0));
        Weights little = models.get(0).map((name, tensor) -> tensor.mul(0).add(name.startsWith("z.") ? 0 : 1e6));
        assertSame(
                merged(false, models, List.of(much, little)),
                models.get(0)
                        .map((name, tensor) ->
                                name.startsWith("z.") ? tensor : models.get(1).get(name)));
    }

    @Test
    void normalisedModelsCountAlikeHoweverLargeTheirInformationIs() {
        List<Weights> models = Vectors.models(random, 2);
        Weights first = information();
        Weights second = information();
        Weights louder = second.map((name, tensor) -> tensor.mul(1000));
        assertThat(Vectors.flat(merged(true, models, List.of(first, louder))))
                .containsExactly(Vectors.flat(merged(true, models, List.of(first, second))), Offset.offset(1e-3f));
        assertThat(Vectors.flat(merged(false, models, List.of(first, louder))))
                .isNotEqualTo(Vectors.flat(merged(false, models, List.of(first, second))));
    }

    private Tensor inputs(int rows, int in) {
        float[] values = new float[rows * in];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, rows, in);
    }

    private static Tensor gram(Tensor x) {
        return x.transpose(0, 1).matmul(x).mul(1.0 / x.size(0));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 0.95, 1})
    void regressionOfOneMatrixIsThatMatrixAndEqualInputsGiveTheMean(double ratio) {
        Tensor gram = gram(inputs(40, 6));
        Tensor a = inputs(6, 4);
        Tensor b = inputs(6, 4);
        RegressionAverage one = new RegressionAverage(6, 4, ratio);
        one.add(gram, a);
        assertThat(one.solve().orElseThrow().toFloats()).containsExactly(a.toFloats(), Offset.offset(1e-5f));
        RegressionAverage two = new RegressionAverage(6, 4, ratio);
        two.add(gram, a);
        two.add(gram, b);
        assertThat(two.solve().orElseThrow().toFloats())
                .containsExactly(a.add(b).mul(0.5).toFloats(), Offset.offset(1e-5f));
    }

    /** The gradient of sum_k |X_k W - X_k W_k|^2 / rows vanishes: 2 sum_k G_k (W - W_k). */
    @Test
    void theSolutionIsTheLeastSquares() {
        List<Tensor> grams = new ArrayList<>();
        List<Tensor> matrices = new ArrayList<>();
        RegressionAverage average = new RegressionAverage(5, 3, 1);
        for (int k = 0; k < 3; k++) {
            grams.add(gram(inputs(30, 5)));
            matrices.add(inputs(5, 3));
            average.add(grams.get(k), matrices.get(k));
        }
        Tensor solution = average.solve().orElseThrow();
        Tensor gradient = Tensor.zeros(5, 3);
        for (int k = 0; k < 3; k++) {
            gradient = gradient.add(grams.get(k).matmul(solution.sub(matrices.get(k))));
        }
        assertThat(gradient.toFloats()).containsExactly(new float[15], Offset.offset(1e-5f));
    }

    @Test
    void fewerRowsThanInputsAreSingularUnlessWhatLiesOffTheDiagonalIsReduced() {
        Tensor few = gram(inputs(3, 8));
        RegressionAverage whole = new RegressionAverage(8, 2, 1);
        whole.add(few, inputs(8, 2));
        assertThat(whole.solve()).isEmpty();
        RegressionAverage reduced = new RegressionAverage(8, 2, 0.95);
        reduced.add(few, inputs(8, 2));
        assertThat(reduced.solve()).isPresent();
        RegressionAverage dead = new RegressionAverage(8, 2, 0.5);
        dead.add(few.mul(0), inputs(8, 2));
        assertThat(dead.solve()).isEmpty();
    }

    @Test
    void aBadlyScaledMatrixIsNotASingularOne() {
        Tensor gram = gram(inputs(50, 2));
        Tensor scaled = gram.mul(Tensor.of(new float[] {1e-8f, 1e-4f, 1e-4f, 1}, 2, 2));
        Tensor wanted = Tensor.of(new float[] {3, -2}, 2, 1);
        assertThat(SymmetricMatrices.solve(scaled, scaled.matmul(wanted))
                        .orElseThrow()
                        .toFloats())
                .containsExactly(new float[] {3, -2}, Offset.offset(1e-2f));
    }
}
