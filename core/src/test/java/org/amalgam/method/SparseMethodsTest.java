package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.model.LinearSpec;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** DARE, magnitude pruning and SLERP on whole models. */
class SparseMethodsTest {

    private static final String WEIGHT = "vision_model.encoder.layers.0.mlp.fc1.weight";
    private static final String BIAS = "vision_model.encoder.layers.0.mlp.fc1.bias";

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private Map<String, Path> folders;

    @BeforeEach
    void makeModels() {
        folders = TinyModels.family(temporary, 3);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private ModelPool pool(String... names) {
        Map<String, Path> experts = new LinkedHashMap<>();
        for (String name : names) {
            experts.put(name, folders.get(name));
        }
        return ModelPool.open(temporary.resolve("clip"), experts);
    }

    private <M extends Record & Method> Weights merge(
            Class<M> type, Map<String, ?> settings, ModelPool pool, long seed) {
        return Settings.bind(type, settings)
                .merge(pool, Run.quiet(seed, temporary))
                .weights();
    }

    private <M extends Record & Method> Weights merge(Class<M> type, Map<String, ?> settings, ModelPool pool) {
        return merge(type, settings, pool, 0);
    }

    private static void assertSame(Weights got, Weights expected) {
        got.entries().forEach((name, tensor) -> assertThat(tensor.toFloats())
                .as(name)
                .containsExactly(expected.get(name).toFloats(), Offset.offset(2e-6f)));
    }

    private static double changed(ModelPool pool, Weights merged, String name) {
        Tensor difference = merged.get(name).sub(pool.ancestor().weights().get(name));
        return difference.abs().greater(0).to(DType.F32).mean().item();
    }

    @Test
    void droppingNothingIsTaskArithmeticOrTies() {
        ModelPool pool = pool("a", "b", "c");
        assertSame(
                merge(Dare.class, Map.of("sparsity_ratio", 0.0, "scaling_factor", 0.4), pool),
                merge(TaskArithmetic.class, Map.of("scaling_factor", 0.4), pool));
        assertSame(
                merge(
                        Dare.class,
                        Map.of("base_method", "ties_merging", "sparsity_ratio", 0.0, "merge_func", "mean"),
                        pool),
                merge(TiesMerging.class, Map.of("merge_func", "mean"), pool));
        assertSame(
                merge(MagnitudePruning.class, Map.of("prune_ratio", 0.0), pool),
                merge(TaskArithmetic.class, Map.of(), pool));
    }

    @Test
    void drawsDependOnTheSeedAndTheModelsNameAndNotOnTheOrder() {
        Map<String, Object> settings = Map.of("sparsity_ratio", 0.7);
        Weights merged = merge(Dare.class, settings, pool("a", "b"));
        assertSame(merge(Dare.class, settings, pool("a", "b")), merged);
        assertSame(merge(Dare.class, settings, pool("b", "a")), merged);
        assertThat(merge(Dare.class, settings, pool("a", "b"), 1).get(WEIGHT).toFloats())
                .isNotEqualTo(merged.get(WEIGHT).toFloats());
    }

    @Test
    void theExpectedMergeIsTheDenseOne() {
        ModelPool pool = pool("a");
        int draws = 200;
        Tensor sum = Tensor.zeros(pool.ancestor().weights().get(WEIGHT).shape());
        for (int seed = 0; seed < draws; seed++) {
            sum = sum.add(
                    merge(Dare.class, Map.of("scaling_factor", 1.0), pool, seed).get(WEIGHT));
        }
        Weights dense = merge(TaskArithmetic.class, Map.of("scaling_factor", 1.0), pool);
        // Entries of size 0.1, kept half of the time: a mean's standard deviation is 0.1 / sqrt(200) = 0.007.
        assertThat(sum.mul(1.0 / draws).toFloats())
                .containsExactly(dense.get(WEIGHT).toFloats(), Offset.offset(0.08f));
        assertThat(changed(pool, merge(Dare.class, Map.of("sparsity_ratio", 0.9), pool), WEIGHT))
                .isBetween(0.02, 0.25);
    }

    @Test
    void onlyLinearWeightsAreDropped() {
        ModelPool pool = pool("a");
        Map<String, Object> settings = Map.of("only_on_linear_weights", true, "sparsity_ratio", 0.9);
        Weights merged = merge(Dare.class, settings, pool);
        Weights dense = merge(TaskArithmetic.class, Map.of(), pool);
        assertThat(pool.architecture().linears().stream().map(LinearSpec::weight))
                .allSatisfy(name -> assertThat(changed(pool, merged, name)).isLessThan(0.4));
        assertThat(merged.get(BIAS).toFloats()).isEqualTo(dense.get(BIAS).toFloats());
    }

    @Test
    void pruningKeepsTheLargestEntriesAndMayRescaleThem() {
        ModelPool pool = pool("a");
        Weights pruned = merge(MagnitudePruning.class, Map.of("prune_ratio", 0.75, "scaling_factor", 1.0), pool);
        // 16 x 8 entries: 32 and the one at the cut-off.
        assertThat(changed(pool, pruned, WEIGHT)).isEqualTo(33 / 128.0);
        Weights rescaled = merge(
                MagnitudePruning.class, Map.of("prune_ratio", 0.75, "scaling_factor", 0.25, "rescale", true), pool);
        assertSame(rescaled, pruned);
        Weights byModel = merge(
                MagnitudePruning.class, Map.of("prune_ratio", 0.8, "prune_per", "model", "scaling_factor", 0.3), pool);
        // Of one model nothing disagrees: the rest of TIES does nothing.
        assertSame(byModel, merge(TiesMerging.class, Map.of(), pool));
    }

    @Test
    void tiesByTensorKeepsItsShareOfEveryTensor() {
        ModelPool pool = pool("a");
        Weights byTensor = merge(TiesMerging.class, Map.of("threshold_per", "tensor", "threshold", 25.0), pool);
        assertThat(changed(pool, byTensor, WEIGHT)).isEqualTo(33 / 128.0);
        assertThat(changed(pool, byTensor, BIAS)).isEqualTo(5 / 16.0);
        assertThat(changed(pool, merge(TiesMerging.class, Map.of("threshold", 25.0), pool), BIAS))
                .isNotEqualTo(5 / 16.0);
    }

    @Test
    void slerpGoesFromTheFirstModelToTheSecond() {
        ModelPool pool = pool("b", "c");
        assertSame(
                merge(SlerpMerging.class, Map.of("t", 0), pool),
                pool.experts().get(0).weights());
        assertSame(
                merge(SlerpMerging.class, Map.of("t", 1), pool),
                pool.experts().get(1).weights());
        assertSame(
                merge(SlerpMerging.class, Map.of("DOT_THRESHOLD", 0), pool),
                merge(SimpleAverage.class, Map.of(), pool));
        assertThat(Settings.values(Settings.defaults(SlerpMerging.class))).containsKey("DOT_THRESHOLD");
    }

    @ParameterizedTest
    @CsvSource({
        "t, 1.5, method.t: 1.5 is not between",
        "t, -0.1, from 0 to 1",
        "DOT_THRESHOLD, 1, method.DOT_THRESHOLD: 1.0 leaves parallel tensors",
        "epsilon, -1, method.epsilon: -1.0 is no norm"
    })
    void slerpRefuses(String key, double value, String message) {
        assertThatThrownBy(() -> merge(SlerpMerging.class, Map.of(key, value), pool("a", "b")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(message);
    }

    @Test
    void slerpIsOfTwoModels() {
        for (ModelPool pool : new ModelPool[] {pool("a"), pool("a", "b", "c")}) {
            assertThatThrownBy(() -> merge(SlerpMerging.class, Map.of(), pool))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining(
                            "the pool has " + pool.tasks().size() + " (" + String.join(", ", pool.tasks()) + ")");
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 1.01, -0.2, 1e30})
    void sharesOutsideTheirRangeAreRefused(double share) {
        assertThatThrownBy(() -> merge(Dare.class, Map.of("sparsity_ratio", share), pool("a")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageStartingWith("method.sparsity_ratio: " + share);
        assertThatThrownBy(() -> merge(MagnitudePruning.class, Map.of("prune_ratio", share), pool("a")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageStartingWith("method.prune_ratio: " + share);
    }

    @Test
    void sharesThatAreInfiniteAreRefusedWhereTheyAreGiven() {
        assertThatThrownBy(() -> merge(Dare.class, Map.of("sparsity_ratio", Double.POSITIVE_INFINITY), pool("a")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageStartingWith("sparsity_ratio: expected a number between");
        assertThatThrownBy(
                        () -> merge(MagnitudePruning.class, Map.of("prune_ratio", Double.POSITIVE_INFINITY), pool("a")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageStartingWith("prune_ratio: expected a number between");
    }
}
