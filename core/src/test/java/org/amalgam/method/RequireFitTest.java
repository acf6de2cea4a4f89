package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** What settings and headers tell is refused before anything is computed, so that a check says what a run would. */
class RequireFitTest {

    private static final List<String> KEYS = List.of("vision_model.pre_layrnorm.weigth");

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private ModelPool pool;

    @BeforeEach
    void openPool() {
        List<Task> tasks = new ArrayList<>(NoiseTask.of(6, "a", "b"));
        pool = ModelPool.mapped(temporary.resolve("clip"), TinyModels.family(temporary, 2), () -> tasks, () -> tasks);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    static Stream<Arguments> mistakes() {
        String absent = "no/such/file.safetensors";
        return Stream.of(
                arguments(MagnitudePruning.class, Map.of("prune_ratio", 1), "method.prune_ratio: 1.0"),
                arguments(
                        MagnitudePruning.class,
                        Map.of("remove_keys", KEYS),
                        "method.remove_keys: the models have no tensor vision_model.pre_layrnorm.weigth. Did you mean"
                                + " vision_model.pre_layrnorm.weight?"),
                arguments(Dare.class, Map.of("sparsity_ratio", 1), "method.sparsity_ratio: 1.0"),
                arguments(Dare.class, Map.of("remove_keys", KEYS), "method.remove_keys"),
                arguments(
                        Dare.class,
                        Map.of("base_method", "ties_merging", "threshold", 0),
                        "method.threshold: 0.0 keeps nothing"),
                arguments(TiesMerging.class, Map.of("threshold", 101), "method.threshold: 101.0 keeps nothing"),
                arguments(TiesMerging.class, Map.of("remove_keys", KEYS), "method.remove_keys"),
                arguments(AdaMerging.class, Map.of("ties_threshold", 0), "method.ties_threshold: 0.0 keeps nothing"),
                arguments(
                        AdaMerging.class,
                        Map.of("name", "clip_task_wise_adamerging", "weights", List.of(1, 2, 3)),
                        "method.weights: merging weights of shape [3], expected [2]: one a task"),
                arguments(AdaMerging.class, Map.of("weights", "no.pt"), "method.weights: there is no file no.pt"),
                arguments(FisherMerging.class, Map.of("minimal_fisher_weight", 0), "method.minimal_fisher_weight: 0.0"),
                arguments(
                        FisherMerging.class,
                        Map.of("exclude_param_names_regex", List.of("(")),
                        "method.exclude_param_names_regex: ( is no regular expression"),
                arguments(
                        RegMean.class, Map.of("reduce_non_diagonal_ratio", 2), "method.reduce_non_diagonal_ratio: 2.0"),
                arguments(
                        RegMean.class,
                        Map.of("exclude_param_names_regex", List.of("(")),
                        "method.exclude_param_names_regex"),
                arguments(
                        WeightEnsemblingMoE.class,
                        Map.of("upscale", "all", "router_hidden_layers", 1),
                        "method.upscale: all is offered with router_hidden_layers=0 alone"),
                arguments(
                        WeightEnsemblingMoE.class, Map.of("checkpoint", absent), "method.checkpoint: there is no file"),
                arguments(
                        WeightEnsemblingMoE.class,
                        Map.of("compress", Map.of("rank", 500)),
                        "method.compress.rank 500 is not possible, a matrix ["),
                arguments(SparseWeightEnsemblingMoE.class, Map.of("tv_prune_ratio", 2), "method.tv_prune_ratio: 2.0"),
                arguments(SparseWeightEnsemblingMoE.class, Map.of("checkpoint", absent), "method.checkpoint"),
                arguments(Smile.class, Map.of("k", 2, "top_k", 3), "method.top_k is 3, and there are 2 experts"),
                arguments(Smile.class, Map.of("k", 500), "method.k 500 is not possible"),
                arguments(AdaSvd.class, Map.of("gate_k", 500), "method.gate_k 500 is not possible"),
                arguments(AdaSvd.class, Map.of("routing", absent), "method.routing: there is no file"),
                arguments(
                        ParetoLinearScalarisation.class,
                        Map.of("preference", List.of(1, 2, 3)),
                        "method.preference: expected a weight for each of the 2 tasks"),
                arguments(
                        ParetoLinearScalarisation.class,
                        Map.of("alpha", 1e-320),
                        "method.alpha: 1.0E-320 is no concentration"),
                arguments(
                        ParetoExactOptimum.class,
                        Map.of("eval_grid", true, "eval_grid_n", 2, "eval_grid_m", Integer.MAX_VALUE),
                        "method.eval_grid_m"),
                arguments(SavedMixture.class, Map.of(), "method.path: which mixture?"),
                arguments(SavedMixture.class, Map.of("path", absent), "there is no such file"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    <M extends Record & Method> void aMistakeIsRefused(Class<M> type, Map<String, Object> settings, String message) {
        assertThatThrownBy(() -> Settings.bind(type, settings).requireFit(pool))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(message);
    }
}
