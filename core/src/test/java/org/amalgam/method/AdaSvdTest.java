package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.Runs;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.model.LinearSpec;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Metrics;
import org.amalgam.run.ProgressFactory;
import org.amalgam.run.Run;
import org.amalgam.run.Workers;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class AdaSvdTest {

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private Map<String, Path> folders;

    @BeforeEach
    void layOut() {
        folders = TinyModels.family(temporary, 2);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private ModelPool pool() {
        List<Task> tasks = new ArrayList<>(NoiseTask.of(20, folders.keySet().toArray(String[]::new)));
        return ModelPool.open(
                temporary.resolve("clip"), folders, ModelPool.none("test_datasets"), () -> List.copyOf(tasks));
    }

    private AdaSvd method(Map<String, Object> given) {
        Map<String, Object> settings = new HashMap<>(Map.of("num_samples", 20, "gate_k", 2, "device", "cpu"));
        settings.putAll(given);
        return Settings.bind(AdaSvd.class, settings);
    }

    @Test
    void everyExpertCountsInTheMemoryThatIsForeseen() {
        Run run = Run.quiet(0, temporary);
        long model = 4 * pool().architecture().elements();
        long states = 2 * 20 * pool().architecture().activationBytes() / 100;
        assertThat(method(Map.of()).memory(pool(), run)).isEqualTo(2 * model + 2 * model / 8 + states);
    }

    private MergedModel merge(Map<String, Object> given) {
        return method(given).merge(pool(), Run.quiet(0, temporary));
    }

    private static void assertSame(Weights got, Weights expected, List<String> names) {
        names.forEach(name -> assertThat(got.get(name).toFloats())
                .as(name)
                .containsExactly(expected.get(name).toFloats(), within(1e-6f)));
    }

    private List<String> linear() {
        return pool().architecture().linears().stream().map(LinearSpec::weight).toList();
    }

    @Test
    void aSingleModelWeighsOne() {
        folders.remove("b");
        assertSame(merge(Map.of()).weights(), pool().experts().get(0).weights(), linear());
    }

    @Test
    void modelsThatAreAlikeShareTheWeight() {
        folders.put("b", folders.get("a"));
        AverageRouting average = method(Map.of()).average(pool(), Run.quiet(0, temporary));
        average.byLayer().values().forEach(weights -> assertThat(weights).allMatch(w -> Math.abs(w - 0.5) < 1e-6));
        assertSame(merge(Map.of()).weights(), pool().experts().get(0).weights(), linear());
    }

    @Test
    void aFactorOfNothingGivesTheAncestor() {
        ModelPool pool = pool();
        assertSame(
                merge(Map.of("scaling_factor", 0)).weights(),
                pool.ancestor().weights(),
                pool.ancestor().weights().names());
    }

    @Test
    void averagesAreWeightsThatSumToOne() {
        AverageRouting average = method(Map.of()).average(pool(), Run.quiet(0, temporary));
        assertThat(average.byLayer()).hasSize(12);
        average.byLayer().values().forEach(weights -> assertThat(
                        weights.stream().mapToDouble(Double::doubleValue).sum())
                .isCloseTo(1, within(1e-6)));
    }

    /** What is averaged depends neither on how samples are dealt out nor on the order in which they are drawn. */
    @Test
    void averagesDoNotDependOnWorkersOrSeed() {
        Run one = Run.quiet(0, temporary);
        Run three = new Run(
                0,
                one.precision(),
                false,
                temporary,
                "",
                one.snapshot(),
                one.activationBytes(),
                Workers.of(3),
                one.progress(),
                one.metrics(),
                one.profiler(),
                one.milestones());
        Map<String, List<Double>> first =
                method(Map.of("seed", 1)).average(pool(), one).byLayer();
        Map<String, List<Double>> second =
                method(Map.of("seed", 2)).average(pool(), three).byLayer();
        first.forEach((layer, weights) ->
                assertThat(second.get(layer).get(0)).as(layer).isCloseTo(weights.get(0), within(1e-6)));
    }

    @Test
    void savedStatisticsServeOtherFactorsWithoutData() {
        Path file = temporary.resolve("routing.safetensors");
        merge(Map.of("save_routing", "routing.safetensors"));
        for (Object factor : List.of(2.0, List.of(0.5, 1.5))) {
            AdaSvd reused = method(Map.of("routing", file.toString(), "scaling_factor", factor));
            assertThat(reused.usesTrainingData()).isFalse();
            ModelPool without = ModelPool.open(temporary.resolve("clip"), folders);
            Weights merged = reused.merge(without, Run.quiet(0, temporary)).weights();
            Weights direct = merge(Map.of("scaling_factor", factor)).weights();
            assertSame(merged, direct, direct.names());
        }
        assertThat(method(Map.of()).usesTrainingData()).isTrue();
    }

    @Test
    void aRunThatIsOnlyTriedSaysHowFewSamplesItTook() {
        Path file = temporary.resolve("routing.safetensors");
        Run tried = Runs.of(temporary, Optional.empty(), true, ProgressFactory.NONE, Metrics.NONE);
        MergedModel first = method(Map.of("save_routing", file.toString())).merge(pool(), tried);
        MergedModel second = merge(Map.of("routing", file.toString()));
        for (MergedModel merged : List.of(first, second)) {
            assertThat(merged.notes()).anyMatch(note -> note.contains("averaged over 16 training samples a task"));
        }
    }

    @Test
    void statisticsOfOtherModelsAreRefusedByName() {
        Path file = temporary.resolve("routing.safetensors");
        merge(Map.of("save_routing", file.toString()));
        Map<String, Object> reuse = Map.of("routing", file.toString());
        assertThatThrownBy(() -> merge(Map.of("routing", file.toString(), "gate_k", 3)))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(file + " was made with method.gate_k=2, and now it is 3; give the value of then, or another"
                        + " file");
        TinyModels.expert(folders.get("b"), temporary.resolve("clip"), 9);
        assertThatThrownBy(() -> merge(reuse))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("was made with another model b");
        folders.remove("b");
        assertThatThrownBy(() -> merge(reuse)).hasMessageContaining("a model b, which the pool does not have");
        assertThatThrownBy(() -> merge(Map.of("routing", "none.safetensors")))
                .hasMessageContaining("method.routing: there is no file none.safetensors");
        assertThatThrownBy(() -> merge(Map.of(
                        "routing", folders.get("a").resolve("model.safetensors").toString())))
                .hasMessageContaining("holds no routing statistics");
    }

    @Test
    void mistakesAreSaidInASentence() {
        assertThatThrownBy(() -> merge(Map.of("scaling_factor", List.of(1, 2, 3))))
                .isInstanceOf(AmalgamException.class)
                .hasMessage("method.scaling_factor has 3 numbers for 2 models (a, b); give one a model, or a single"
                        + " number");
        assertThatThrownBy(() -> merge(Map.of("scaling_factor", "much")))
                .hasMessage("method.scaling_factor: expected a number, a list with one number a model, or null, found"
                        + " much");
        assertThatThrownBy(() -> merge(Map.of("num_samples", 21)))
                .hasMessage(
                        "method.num_samples: a has 20 training samples, and 21 are to be drawn; ask for at most 20");
        assertThatThrownBy(() -> merge(Map.of("num_samples", 0)))
                .hasMessageContaining("num_samples: expected an integer of at least 1, found 0");
        assertThatThrownBy(() -> merge(Map.of("gate_k", 9))).hasMessageContaining("method.gate_k 9 is not possible");
    }

    @Test
    void theReportShowsRoutingAndSpectra() {
        MergedModel merged = merge(Map.of("device", "cuda"));
        assertThat(merged.figures())
                .extracting(figure -> figure.title())
                .containsExactly("Average routing weights", "Leading singular values of the task vectors");
        assertThat(merged.notes()).filteredOn(note -> note.contains("cuda")).hasSize(1);
    }
}
