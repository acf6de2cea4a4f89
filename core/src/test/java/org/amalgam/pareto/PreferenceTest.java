package org.amalgam.pareto;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HashSet;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class PreferenceTest {

    private static Preference given(Double... weights) {
        return Preference.given(List.of(weights), "method.preference", List.of("a", "b"));
    }

    @Test
    void hasTheSumOne() {
        assertThat(given(3.0, 1.0).weights()).containsExactly(0.75, 0.25);
        assertThat(given(0.0, 9.0).weights()).containsExactly(0.0, 1.0);
        assertThat(Preference.equal(4).weights()).containsOnly(0.25);
    }

    @Test
    void refusesWhatIsNoRay() {
        for (Double[] weights : new Double[][] {{0.0, 0.0}, {-1.0, 0.5}, {2.0, -1.0}, {Double.NaN, 1.0}}) {
            assertThatThrownBy(() -> given(weights))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining(
                            "method.preference: expected weights of at least 0 with a sum above 0, found");
        }
        assertThatThrownBy(() -> given(1.0))
                .hasMessageContaining("expected a weight for each of the 2 tasks a, b, found the 1 numbers [1.0]");
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 1", "2, 11, 11", "3, 5, 15", "8, 2, 8", "4, 6, 56"})
    void gridsHoldEveryPointOnce(int tasks, int levels, int size) {
        SimplexGrid grid = new SimplexGrid(tasks, levels);
        List<Preference> points = grid.points();

        assertThat(points).hasSize(size).hasSize(grid.size());
        assertThat(new HashSet<>(points)).hasSize(size);
        assertThat(points)
                .allSatisfy(point -> assertThat(point.weights()).allSatisfy(weight -> assertThat(weight * (levels - 1))
                        .isCloseTo(Math.rint(weight * (levels - 1)), within(1e-9))));
    }

    @Test
    void gridsAreBounded() {
        assertThatThrownBy(() -> new SimplexGrid(8, 11))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("a grid of 11 levels for 8 tasks has 19448 points, at most 2000 are judged");
        assertThatThrownBy(() -> new SimplexGrid(3, 1)).hasMessageContaining("at least 2 levels");
        assertThatThrownBy(() -> new SimplexGrid(4, Integer.MAX_VALUE)).hasMessageContaining("at most 2000 are judged");
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-4, 0.3, 1, 20})
    void drawsHaveTheMeanAndTheVarianceOfTheirDistribution(double alpha) {
        Dirichlet dirichlet = new Dirichlet(3, alpha, 7);
        int draws = 20_000;
        double mean = 0;
        double square = 0;
        for (int step = 0; step < draws; step++) {
            List<Double> weights = dirichlet.at(step).weights();
            assertThat(weights.stream().mapToDouble(Double::doubleValue).sum()).isCloseTo(1, within(1e-12));
            mean += weights.get(1) / draws;
            square += weights.get(1) * weights.get(1) / draws;
        }
        double variance = 2.0 / 9 / (3 * alpha + 1);

        assertThat(mean).isCloseTo(1.0 / 3, within(0.012));
        assertThat(square - mean * mean).isCloseTo(variance, within(0.05 * variance));
    }

    @Test
    void aDrawDependsOnSeedAndStepAlone() {
        assertThat(new Dirichlet(3, 1, 7).at(5)).isEqualTo(new Dirichlet(3, 1, 7).at(5));
        assertThat(new Dirichlet(3, 1, 7).at(5)).isNotEqualTo(new Dirichlet(3, 1, 7).at(6));
        assertThat(new Dirichlet(3, 1, 7).at(5)).isNotEqualTo(new Dirichlet(3, 1, 8).at(5));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void routersBeginNearTheirBias(int depth) {
        try (Scope scope = Scope.open()) {
            PreferenceRouter router = new PreferenceRouter(depth, 3, 0.4);
            Weights start = router.start(List.of("a", "b"), new Random(1));

            assertThat(start.parameters()).isEqualTo(2L * (depth == 1 ? 3 * 3 + 3 : 6 * 3 + 6 + 3 * 6 + 3));
            for (Preference point : new SimplexGrid(3, 3).points()) {
                for (float lambda :
                        router.coefficients(start, "b", point.tensor()).toFloats()) {
                    assertThat(lambda).isCloseTo(0.4f, within(0.05f));
                }
            }
        }
    }
}
