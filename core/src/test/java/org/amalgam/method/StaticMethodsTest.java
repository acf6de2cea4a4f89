package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.merge.Composition;
import org.amalgam.merge.MergeFunction;
import org.amalgam.merge.Sparsity.Extent;
import org.amalgam.merge.Sparsity.Magnitude;
import org.amalgam.merge.TaskMatrices;
import org.amalgam.pool.Model;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Identities of the methods that look at weights alone. */
class StaticMethodsTest {

    private static final Offset<Float> ROUNDING = Offset.offset(2e-6f);
    private static final String BIAS = "vision_model.post_layernorm.bias";

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
            experts.put(experts.size() + name, folders.get(name));
        }
        return ModelPool.open(temporary.resolve("clip"), experts);
    }

    private <M extends Record & Method> Weights merge(Class<M> type, Map<String, ?> settings, ModelPool pool) {
        return Settings.bind(type, settings)
                .merge(pool, Run.quiet(0, temporary))
                .weights();
    }

    private static void assertSame(Weights got, Weights expected) {
        assertThat(got.names()).isEqualTo(expected.names());
        got.entries().forEach((name, tensor) -> {
            assertThat(tensor.shape()).as(name).isEqualTo(expected.get(name).shape());
            assertThat(tensor.toFloats())
                    .as(name)
                    .containsExactly(expected.get(name).toFloats(), ROUNDING);
        });
    }

    private static void assertBits(Weights got, Weights expected) {
        got.entries().forEach((name, tensor) -> assertThat(tensor.toBytes())
                .as(name)
                .isEqualTo(expected.get(name).toBytes()));
    }

    private static Weights expert(ModelPool pool, int k) {
        return pool.experts().get(k).weights();
    }

    @Test
    void theAverageOfEqualModelsIsThatModel() {
        ModelPool pool = pool("a", "a", "a");
        assertSame(merge(SimpleAverage.class, Map.of(), pool), expert(pool, 0));
        assertBits(merge(SimpleAverage.class, Map.of(), pool("a")), expert(pool, 0));
    }

    @Test
    void theAverageIsTheMean() {
        ModelPool pool = pool("a", "b", "c");
        Weights merged = merge(SimpleAverage.class, Map.of(), pool);
        Weights mean = expert(pool, 0)
                .map((name, tensor) -> tensor.add(expert(pool, 1).get(name))
                        .add(expert(pool, 2).get(name))
                        .mul(1 / 3.0));
        assertSame(merged, mean);
        assertSame(merge(WeightedAverage.class, Map.of(), pool), mean);
    }

    @Test
    void weightsOfAnAverageAreNormalisedOrTakenAsTheyAre() {
        ModelPool pool = pool("a", "b");
        Weights expected = expert(pool, 0).map((name, tensor) -> tensor.mul(0.75)
                .add(expert(pool, 1).get(name).mul(0.25)));
        List<Double> weights = List.of(3.0, 1.0);
        assertSame(merge(WeightedAverage.class, Map.of("weights", weights), pool), expected);
        assertSame(
                merge(WeightedAverage.class, Map.of("weights", weights, "normalize", false), pool),
                expected.map((name, tensor) -> tensor.mul(4)));
        assertSame(merge(WeightedAverage.class, Map.of("weights", List.of(0.0, 5.0)), pool), expert(pool, 1));
    }

    @Test
    void weightsOfAnAverageMustFitThePool() {
        ModelPool pool = pool("a", "b");
        assertThatThrownBy(() -> merge(WeightedAverage.class, Map.of("weights", List.of(1.0)), pool))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("method.weights has 1 numbers for 2 models (0a, 1b)");
        assertThatThrownBy(() -> merge(WeightedAverage.class, Map.of("weights", List.of(1.0, -1.0)), pool))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("method.normalize=false");
    }

    @Test
    void taskArithmeticOfZeroIsTheAncestorAndOfOneExpertThatExpert() {
        ModelPool three = pool("a", "b", "c");
        assertBits(
                merge(TaskArithmetic.class, Map.of("scaling_factor", 0.0), three),
                three.ancestor().weights());
        ModelPool one = pool("b");
        assertSame(merge(TaskArithmetic.class, Map.of("scaling_factor", 1.0), one), expert(one, 0));
        assertSame(
                merge(TaskArithmetic.class, Map.of("scaling_factor", 1 / 3.0), three),
                merge(SimpleAverage.class, Map.of(), three));
    }

    @Test
    void tiesKeepingAllOfOneModelIsTaskArithmetic() {
        ModelPool pool = pool("a");
        Map<String, Object> settings = Map.of("scaling_factor", 0.7, "threshold", 100.0);
        assertSame(
                merge(TiesMerging.class, settings, pool),
                merge(TaskArithmetic.class, Map.of("scaling_factor", 0.7), pool));
        assertBits(
                merge(TiesMerging.class, Map.of("scaling_factor", 0.0), pool("a", "b")),
                pool.ancestor().weights());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sum", "dis-sum"})
    void tiesBySumAddsTheAgreeingTaskVectors(String function) {
        ModelPool pool = pool("a", "b", "c");
        TaskMatrices agreeing = consensus(pool.taskMatrices(List.of()));
        Weights expected = pool.ancestor()
                .weights()
                .map((name, theta) ->
                        theta.add(agreeing.matrix(name).sum(0).mul(0.5).reshape(theta.shape())));
        assertSame(merge(TiesMerging.class, Map.of("scaling_factor", 0.5, "merge_func", function), pool), expected);
    }

    private static TaskMatrices consensus(TaskMatrices vectors) {
        return Composition.ties(Magnitude.ofThreshold("threshold", 20, Extent.MODEL), MergeFunction.SUM)
                .taskVectors(vectors, Crew.ALONE);
    }

    @Test
    void removedKeysKeepTheAncestorsValuesAndTakeNoPartInTrimming() {
        ModelPool pool = pool("a", "b");
        Weights merged = merge(TiesMerging.class, Map.of("remove_keys", List.of(BIAS)), pool);
        Weights ancestor = pool.ancestor().weights();
        assertThat(merged.names()).isEqualTo(ancestor.names());
        assertThat(merged.get(BIAS).toBytes()).isEqualTo(ancestor.get(BIAS).toBytes());
        TaskMatrices agreeing = consensus(pool.taskMatrices(List.of(BIAS)));
        String other = "vision_model.pre_layrnorm.weight";
        assertThat(merged.get(other).toFloats())
                .containsExactly(
                        ancestor.get(other)
                                .add(agreeing.matrix(other).sum(0).mul(0.3))
                                .toFloats(),
                        ROUNDING);
    }

    /** What is merged is memory of its own: ending it, or changing it, leaves the pool's models alone. */
    @Test
    void removedKeysAreCopied() {
        ModelPool pool = pool("a", "b");
        byte[] before = pool.ancestor().weights().get(BIAS).toBytes().array();
        try (Scope outer = Scope.open()) {
            try (Scope inner = Scope.open()) {
                merge(TiesMerging.class, Map.of("remove_keys", List.of(BIAS)), pool)
                        .get(BIAS)
                        .mulInPlace(2);
            }
        }
        assertThat(pool.ancestor().weights().get(BIAS).toBytes().array()).isEqualTo(before);
    }

    @Test
    void aRemovedKeyThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> merge(
                        TiesMerging.class,
                        Map.of("remove_keys", List.of("vision_model.post_layernorm.bia")),
                        pool("a")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("method.remove_keys")
                .hasMessageContaining("Did you mean " + BIAS);
    }

    @Test
    void theModelsThatAreMergedStayAsTheyAre() {
        ModelPool pool = pool("a", "b");
        List<byte[]> before =
                pool.experts().stream().map(StaticMethodsTest::bytes).toList();
        merge(SimpleAverage.class, Map.of(), pool);
        merge(WeightedAverage.class, Map.of(), pool);
        merge(TaskArithmetic.class, Map.of(), pool);
        merge(TiesMerging.class, Map.of(), pool);
        assertThat(pool.experts().stream().map(StaticMethodsTest::bytes).toList())
                .usingRecursiveComparison()
                .isEqualTo(before);
    }

    private static byte[] bytes(Model model) {
        return org.amalgam.tensor.Tensor.concat(
                        model.weights().tensors().stream()
                                .map(org.amalgam.tensor.Tensor::flatten)
                                .toList(),
                        0)
                .toBytes()
                .array();
    }
}
