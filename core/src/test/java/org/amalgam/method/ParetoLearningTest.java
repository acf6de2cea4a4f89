package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Aggregation;
import org.amalgam.adapt.Objective;
import org.amalgam.adapt.Schedule;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.mixture.ExpertForm;
import org.amalgam.mixture.RouterSpec;
import org.amalgam.mixture.RoutingObserver;
import org.amalgam.mixture.Upscaled;
import org.amalgam.pareto.Preference;
import org.amalgam.pareto.PreferenceRouter;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class ParetoLearningTest {

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private Map<String, Path> folders;
    private List<Task> tasks;
    private ModelPool pool;

    @BeforeEach
    void openPool() {
        folders = TinyModels.family(temporary, 3);
        tasks = new ArrayList<>(NoiseTask.of(6, "a", "b", "c"));
        pool = pool(List.of("a", "b"));
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private ModelPool pool(List<String> names) {
        Map<String, Path> chosen = new LinkedHashMap<>();
        names.forEach(name -> chosen.put(name, folders.get(name)));
        List<Task> data =
                tasks.stream().filter(task -> names.contains(task.name())).toList();
        return ModelPool.open(temporary.resolve("clip"), chosen, ModelPool.none("test_datasets"), () -> data);
    }

    private <M extends Record & Method> MergedModel merge(ModelPool models, Class<M> type, Map<String, Object> given) {
        Map<String, Object> settings = new HashMap<>(Map.of("num_steps", 3, "lr", 0.05, "save_interval", 3));
        settings.put("dataloader_kwargs", Map.of("batch_size", 4));
        settings.putAll(given);
        return Settings.bind(type, settings).merge(models, Run.quiet(0, temporary));
    }

    private MergedModel merge(Map<String, Object> given) {
        return merge(pool, ParetoLinearScalarisation.class, given);
    }

    private static void same(Weights got, Weights expected, float tolerance) {
        assertThat(got.names()).isEqualTo(expected.names());
        got.entries().forEach((name, tensor) -> assertThat(tensor.toFloats())
                .as(name)
                .containsExactly(expected.get(name).toFloats(), Offset.offset(tolerance)));
    }

    private PreferenceMerge model(int depth, boolean mlp, boolean attention) {
        return PreferenceMerge.of(new PreferenceRouter(depth, 2, 0.3), mlp, attention, pool);
    }

    private Weights randomRouters(PreferenceRouter router, PreferenceMerge model) {
        return router.start(model.names(), new Random(3)).map((name, tensor) -> tensor.mul(30));
    }

    @Test
    void withoutALearnedRouterItIsNearlyTaskArithmetic() {
        Weights expected =
                new TaskArithmetic(0.3).merge(pool, Run.quiet(0, temporary)).weights();

        same(merge(Map.of("num_steps", 0)).weights(), expected, 5e-3f);
    }

    /** With a fixed preference the routed network and the dense model answer alike. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theDenseModelAnswersAsTheRoutedOne(int depth) {
        PreferenceMerge merge = model(depth, true, false);
        Weights routers = randomRouters(new PreferenceRouter(depth, 2, 0.3), merge);
        Preference ray = new Preference(List.of(0.8, 0.2));
        Upscale upscale = new Upscale(new ExpertForm.Whole(), 0, 0.3, false, 0, false);
        Upscaled routed = upscale.model(pool);
        RouterSpec spec = upscale.routers(pool);
        Map<String, Tensor> constants = new LinkedHashMap<>();
        routed.names().forEach(layer -> constants.put(spec.constant(layer), merge.coefficients(routers, layer, ray)));
        Tensor images = NoiseTask.noise(new Random(1), 4, 3, TinyModels.IMAGE, TinyModels.IMAGE);
        try (Autograd.Off off = Autograd.off()) {
            float[] dense = pool.architecture()
                    .encoder(merge.weights(routers, ray))
                    .features(images)
                    .toFloats();
            float[] other = routed.encoder(spec, new Weights(constants), false, RoutingObserver.NONE)
                    .features(images)
                    .toFloats();

            assertThat(dense).containsExactly(other, Offset.offset(1e-5f));
        }
    }

    @Test
    void upscalesWhatItIsTold() {
        assertThat(model(2, true, true).names())
                .hasSize(2 * model(2, true, false).names().size());
        assertThat(model(2, false, true).names()).allMatch(name -> name.endsWith("self_attn"));
        assertThatThrownBy(() -> merge(Map.of("upscale_mlp", false, "upscale_attn", false)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("leaves no router to learn");
    }

    /** A gradient of a weighted sum is the weighted sum of the gradients, each from a run with one task's loss alone. */
    @Test
    void weightedLossesHaveTheWeightedGradients() {
        PreferenceRouter router = new PreferenceRouter(2, 2, 0.3);
        PreferenceMerge merge = model(2, true, true);
        Weights start = randomRouters(router, merge);
        Preference ray = new Preference(List.of(0.7, 0.3));
        Weights first = gradient(merge, start, ray, new Aggregation.Scalarised((step, k) -> k == 0 ? 1 : 0));
        Weights second = gradient(merge, start, ray, new Aggregation.Scalarised((step, k) -> k == 1 ? 1 : 0));
        Weights both = gradient(merge, start, ray, ParetoLinearScalarisation.aggregation(step -> ray));

        same(both, first.map((name, g) -> g.mul(0.7).add(second.get(name).mul(0.3))), 1e-5f);
    }

    /** Gradients that are carried back by themselves and combined are those of the combined loss, and so are their products. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 100})
    void searchedWeightsMoveAsGivenOnes(int microBatch) {
        PreferenceRouter router = new PreferenceRouter(2, 2, 0.3);
        PreferenceMerge merge = model(2, true, true);
        Weights start = randomRouters(router, merge);
        Preference ray = new Preference(List.of(0.7, 0.3));
        Weights first = gradient(merge, start, ray, new Aggregation.Scalarised((step, k) -> k == 0 ? 1 : 0));
        Weights second = gradient(merge, start, ray, new Aggregation.Scalarised((step, k) -> k == 1 ? 1 : 0));
        List<double[][]> grams = new ArrayList<>();
        Weights searched = gradient(
                merge,
                start,
                ray,
                new Aggregation.Searched((step, losses, gram) -> {
                    grams.add(gram);
                    return new Aggregation.Found(List.of(0.4, 1.6), Map.of());
                }),
                microBatch);

        same(searched, first.map((name, g) -> g.mul(0.4).add(second.get(name).mul(1.6))), 2e-5f);
        double product = 0;
        for (String name : start.names()) {
            product += first.get(name).mul(second.get(name)).sum().item();
        }
        assertThat(grams.get(0)[0][1]).isCloseTo(product, within(1e-4 * Math.max(1, Math.abs(product))));
        assertThat(grams.get(0)[1][0]).isEqualTo(grams.get(0)[0][1]);
    }

    private Weights gradient(PreferenceMerge merge, Weights start, Preference ray, Aggregation aggregation) {
        return gradient(merge, start, ray, aggregation, 5);
    }

    private Weights gradient(
            PreferenceMerge merge, Weights start, Preference ray, Aggregation aggregation, int microBatch) {
        Weights after = new Adaptation("sgd", 1, 6, 1, false, microBatch)
                .learn(
                        merge.learner(start, step -> ray, ray),
                        Objective.CROSS_ENTROPY,
                        aggregation,
                        pool.trainingTasks(),
                        Run.quiet(0, temporary))
                .parameters();
        return start.map((name, before) -> before.sub(after.get(name)));
    }

    @Test
    void theLearningRateFallsToATenth() {
        assertThat(Schedule.COSINE.rate(2, 0, 10)).isEqualTo(2);
        assertThat(Schedule.COSINE.rate(2, 5, 10)).isCloseTo(1.1, within(1e-12));
        assertThat(Schedule.COSINE.rate(2, 10, 10)).isCloseTo(0.2, within(1e-12));
        assertThat(Schedule.CONSTANT.rate(2, 7, 10)).isEqualTo(2);
    }

    @Test
    void aCheckpointMakesTheModelOfAnyPreference() {
        MergedModel learned = merge(Map.of("preference", List.of(3, 1)));
        String file =
                temporary.resolve("checkpoints/routers_step=3.safetensors").toString();
        MergedModel again = merge(Map.of("preference", List.of(0.75, 0.25), "checkpoint_path", file));
        MergedModel other = merge(Map.of("preference", List.of(0, 1), "checkpoint_path", file));

        same(again.weights(), learned.weights(), 0);
        assertThat(again.trace()).isEmpty();
        assertThat(other.weights().tensors().get(5).toFloats())
                .isNotEqualTo(again.weights().tensors().get(5).toFloats());
    }

    @Test
    void aCheckpointOfAnotherPoolOrRouterIsRefused() {
        merge(Map.of());
        String file =
                temporary.resolve("checkpoints/routers_step=3.safetensors").toString();
        Map<String, Object> given = Map.of("checkpoint_path", file);

        assertThatThrownBy(() -> merge(pool(List.of("b", "a")), ParetoLinearScalarisation.class, given))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("routers for the 2 tasks a, b; the model pool has the 2 tasks b, a");
        assertThatThrownBy(() -> merge(Map.of("checkpoint_path", file, "router_hidden_layers", 1)))
                .hasMessageContaining("set method.router_hidden_layers=2");
        assertThatThrownBy(() -> merge(Map.of("checkpoint_path", file, "upscale_attn", false)))
                .hasMessageContaining("router tensors beginning with");
        assertThatThrownBy(() -> merge(Map.of("checkpoint_path", "nowhere.safetensors")))
                .hasMessageContaining("method.checkpoint_path: there is no file nowhere.safetensors");
    }

    @Test
    void aTaskWithoutTrainingDataIsNamed() {
        ModelPool without = ModelPool.open(temporary.resolve("clip"), Map.of("a", folders.get("a")));

        assertThatThrownBy(() -> merge(without, ParetoLinearScalarisation.class, Map.of()))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("modelpool.train_datasets");
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> merge(Map.of("router_hidden_layers", 0)))
                .hasMessageContaining("method.router_hidden_layers: 0 is not offered; use 1 or 2");
        assertThatThrownBy(() -> merge(Map.of("alpha", 0))).hasMessageContaining("method.alpha: 0.0");
        assertThatThrownBy(() -> merge(Map.of("preference", List.of(1, -1)))).hasMessageContaining("method.preference");
    }

    @Test
    void theFrontHasTheModelOfEveryPointOfTheGrid() {
        MergedModel learned = merge(Map.of("eval_grid_m", 3, "preference", List.of(1, 1)));

        assertThat(learned.front())
                .extracting(candidate -> candidate.preference().weights())
                .containsExactly(List.of(0.0, 1.0), List.of(0.5, 0.5), List.of(1.0, 0.0));
        same(learned.front().get(1).weights().get(), learned.weights(), 0);
        assertThat(merge(Map.of("eval_grid", false)).front()).isEmpty();
        assertThatThrownBy(() -> merge(Map.of("eval_grid_n", 8)))
                .hasMessageContaining("method.eval_grid_n: a grid for 8 tasks, and the pool has the 2 tasks a, b");
        assertThatThrownBy(() -> merge(Map.of("eval_grid_m", 5000)))
                .hasMessageContaining("has 5000 points, at most 2000 are judged");
    }

    @Test
    void theExactSearchTellsItsFallbacks() {
        MergedModel learned = merge(pool, ParetoExactOptimum.class, Map.of());

        assertThat(learned.notes()).anyMatch(note -> note.matches(".*no solution in [0-3] of 3 steps.*"));
        assertThat(learned.trace().orElseThrow().steps())
                .allSatisfy(step -> assertThat(step.parameters()).containsKeys("alpha/0", "alpha/1", "epo_fallback"));
    }
}
