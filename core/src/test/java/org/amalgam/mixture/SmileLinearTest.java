package org.amalgam.mixture;

import org.amalgam.AmalgamException;
import org.amalgam.model.LinearSpec;
import org.amalgam.nn.Linear;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** What a mixture of linear maps must be, whatever its weights. */
class SmileLinearTest {

    private static final int IN = 6;
    private static final int OUT = 9;
    private static final LinearSpec MAP = new LinearSpec("map");

    private final Scope scope = Scope.open();
    private final Random random = new Random(4);
    private final Weights ancestor = map(0);
    private final Tensor x = noise(2, 5, IN);

    @AfterEach
    void close() {
        scope.close();
    }

    private Tensor noise(long... shape) {
        float[] values = new float[(int) java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, shape);
    }

    private Weights map(double scale) {
        Tensor weight = noise(OUT, IN);
        Tensor bias = noise(OUT);
        return scale == 0
                ? new Weights(Map.of("map.weight", weight, "map.bias", bias))
                : new Weights(Map.of(
                        "map.weight", ancestor.get("map.weight").add(weight.mul(scale)),
                        "map.bias", ancestor.get("map.bias").add(bias.mul(scale))));
    }

    private List<Weights> experts(int count) {
        return IntStream.range(0, count).mapToObj(k -> map(0.5)).toList();
    }

    private SmileLinear layer(int gateK, int k, int topK, List<Weights> experts) {
        SmileUpscaling.Site site = new SmileUpscaling(gateK, k, topK, true, true).site(MAP, ancestor, experts.size());
        for (int i = 0; i < experts.size(); i++) {
            site.fill(i, experts.get(i));
        }
        return site.layer();
    }

    private static void assertSame(Tensor got, Tensor expected) {
        assertThat(got.shape()).containsExactly(expected.shape());
        assertThat(got.toFloats()).containsExactly(expected.toFloats(), within(2e-5f));
    }

    @Test
    void aSingleExpertIsTheFineTunedMap() {
        List<Weights> one = experts(1);
        assertSame(layer(2, -1, 1, one).apply(x), Linear.of(one.get(0), "map").apply(x));
        assertSame(layer(2, IN, 1, one).apply(x), Linear.of(one.get(0), "map").apply(x));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void alikeExpertsAreOne(int topK) {
        Weights expert = map(0.5);
        SmileLinear layer = layer(2, -1, topK, List.of(expert, expert, expert));
        assertSame(layer.apply(x), Linear.of(expert, "map").apply(x));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void expertsOfFullRankAreDenseOnes(int topK) {
        List<Weights> experts = experts(3);
        assertSame(
                layer(2, IN, topK, experts).apply(x),
                layer(2, -1, topK, experts).apply(x));
    }

    /** The definition, token by token and expert by expert, against the products for all at once. */
    @ParameterizedTest
    @CsvSource({"-1, 1", "-1, 2", "-1, 3", "2, 1", "2, 2", "2, 3"})
    void tokensAreWeighedOneByOne(int k, int topK) {
        List<Weights> experts = experts(3);
        SmileLinear layer = layer(2, k, topK, experts);
        Tensor tokens = x.reshape(-1, IN);
        float[] routing = layer.gate().routing(tokens).toFloats();
        List<Tensor> rows = new ArrayList<>();
        for (int t = 0; t < tokens.size(0); t++) {
            Tensor token = tokens.slice(0, t, 1);
            Tensor sum = Linear.of(ancestor, "map").apply(token);
            for (int e = 0; e < 3; e++) {
                Tensor difference = experts.get(e).get("map.weight").sub(ancestor.get("map.weight"));
                Tensor matrix = k < 0
                        ? difference
                        : org.amalgam.merge.LowRank.of(difference, k, "map").reconstruct();
                Tensor bias = experts.get(e).get("map.bias").sub(ancestor.get("map.bias"));
                sum = sum.add(token.matmul(matrix.transpose(0, 1)).add(bias).mul(routing[t * 3 + e]));
            }
            rows.add(sum.flatten());
        }
        assertSame(layer.apply(x), Tensor.stack(rows).reshape(2, 5, OUT));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void aTokenIsSentToSoManyExpertsWithWeightsThatSumToOne(int topK) {
        float[] routing =
                layer(1, 1, topK, experts(4)).gate().routing(x.reshape(-1, IN)).toFloats();
        for (int t = 0; t < routing.length; t += 4) {
            float sum = 0;
            int chosen = 0;
            for (int k = t; k < t + 4; k++) {
                sum += routing[k];
                chosen += routing[k] > 0 ? 1 : 0;
            }
            assertThat(sum).isCloseTo(1, within(1e-6f));
            assertThat(chosen).isEqualTo(topK);
        }
    }

    /** Directions that span everything see every token alike. */
    @Test
    void aGateThatLooksEverywhereKnowsNoDifference() {
        float[] routing =
                layer(IN, 1, 3, experts(3)).gate().routing(x.reshape(-1, IN)).toFloats();
        assertThat(routing).containsOnly(new float[] {1f / 3}, within(1e-5f));
    }

    @Test
    void anExpertThatIsTheAncestorLooksAlongTheAxes() {
        SmileLinear layer = layer(2, 2, 1, List.of(ancestor, map(0.5)));
        assertThat(layer.gate().directions().slice(0, 0, 2).toFloats())
                .containsExactly(1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0);
    }

    @Test
    void whatIsToldIsWhatIsUsed() {
        SmileLinear layer = layer(2, 2, 2, experts(3));
        List<String> told = new ArrayList<>();
        Tensor output = layer.observed("map", (name, routing) -> {
                    told.add(name);
                    assertSame(routing, layer.gate().routing(x.reshape(-1, IN)));
                })
                .apply(x);
        assertThat(told).containsExactly("map");
        assertSame(output, layer.apply(x));
    }

    @Test
    void settingsThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> layer(7, 2, 1, experts(2)))
                .isInstanceOf(AmalgamException.class)
                .hasMessage("map.weight: method.gate_k 7 is not possible, a matrix [9, 6] has ranks from 1 to 6");
        assertThatThrownBy(() -> layer(2, 7, 1, experts(2)))
                .hasMessage("map.weight: method.k 7 is not possible, a matrix [9, 6] has ranks from 1 to 6");
        assertThatThrownBy(() -> layer(2, 2, 3, experts(2)))
                .hasMessage("method.top_k is 3, and there are 2 experts to choose from; give at most 2");
        assertThatThrownBy(() -> new SmileUpscaling(0, 1, 1, true, true)).hasMessageContaining("method.gate_k is 0");
        assertThatThrownBy(() -> new SmileUpscaling(1, 0, 1, true, true)).hasMessageContaining("method.k is 0");
        assertThatThrownBy(() -> new SmileUpscaling(1, 1, 0, true, true)).hasMessageContaining("method.top_k is 0");
    }

    @Test
    void withoutFullMatricesRanksAreCut() {
        SmileUpscaling.Site site = new SmileUpscaling(99, 99, 1, true, false).site(MAP, ancestor, 1);
        Weights expert = map(0.5);
        site.fill(0, expert);
        assertThat(site.layer().gate().directions().shape()).containsExactly(IN, IN);
        assertSame(site.layer().apply(x), Linear.of(expert, "map").apply(x));
    }

    /** Written about any routing it is the same map; only the products of the correction are rounded to bfloat16. */
    @ParameterizedTest
    @CsvSource({"0.2, 0.3, 0.5", "0, 0, 1", "0.3333, 0.3333, 0.3334"})
    void aboutWhicheverRoutingItIsTheSameMap(double first, double second, double third) {
        List<Weights> experts = IntStream.range(0, 3).mapToObj(k -> map(0.01)).toList();
        SmileLinear layer = layer(2, -1, 3, experts);
        Tensor exact = layer.apply(x);
        Tensor centred = layer.about(List.of(first, second, third)).apply(x);
        assertThat(centred.shape()).containsExactly(exact.shape());
        // A difference of a hundredth of the map, with eight bits of its own.
        double error = centred.sub(exact).flatten().norm(0).item();
        assertThat(error).isLessThan(1e-4 * exact.flatten().norm(0).item()).isPositive();
    }

    /** Where tokens are routed as the middle is, nothing is left to be rounded. */
    @Test
    void aboutItsTokensOwnRoutingNothingIsRounded() {
        Weights expert = map(0.5);
        SmileLinear layer = layer(2, -1, 4, List.of(expert, expert, expert, expert));
        assertSame(layer.about(List.of(0.25, 0.25, 0.25, 0.25)).apply(x), layer.apply(x));
    }

    @Test
    void aboutARoutingTheObserverIsToldTheSame() {
        SmileLinear layer = layer(2, -1, 3, experts(3));
        List<Tensor> seen = new ArrayList<>();
        layer.apply(x, seen::add);
        layer.about(List.of(0.2, 0.3, 0.5)).apply(x, seen::add);
        assertThat(seen.get(1).toFloats()).containsExactly(seen.get(0).toFloats());
    }

    @Test
    void whatIsSparseOrTruncatedHasNoMiddle() {
        List<Double> routing = List.of(0.2, 0.3, 0.5);
        for (SmileLinear layer : List.of(layer(2, -1, 2, experts(3)), layer(2, 2, 3, experts(3)))) {
            assertThatThrownBy(() -> layer.about(routing)).isInstanceOf(IllegalStateException.class);
        }
    }
}
