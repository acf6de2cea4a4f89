package org.amalgam.method;

import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Part;
import org.amalgam.run.Profiler.PartTime;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Scope;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** The steps that a plan foresees are those that a method takes. */
class StepsTest {

    private static final List<String> TASKS = List.of("a", "b");

    @TempDir
    Path temporary;

    static Stream<Arguments> learning() {
        Map<String, Object> adapted = Map.of("max_steps", 3, "batch_size", 4);
        Map<String, Object> pareto = Map.of("num_steps", 3, "dataloader_kwargs", Map.of("batch_size", 4));
        return Stream.of(
                arguments(AdaMerging.class, adapted, 0),
                arguments(WeightEnsemblingMoE.class, adapted, 0),
                arguments(SparseWeightEnsemblingMoE.class, adapted, 0),
                arguments(ParetoLinearScalarisation.class, pareto, 2),
                arguments(ParetoExactOptimum.class, pareto, 2));
    }

    @ParameterizedTest
    @MethodSource("learning")
    <M extends Record & Method> void whatIsForeseenIsDone(Class<M> type, Map<String, Object> given, int front) {
        try (Scope scope = Scope.open()) {
            ModelPool pool = pool();
            M method = Settings.bind(type, given);
            Run run = Run.quiet(0, temporary);

            assertThat(method.steps(pool)).isEqualTo(new Method.Steps(3, 4L * TASKS.size()));
            assertThat(method.frontSize(pool)).isEqualTo(front);
            assertThat(method.merge(pool, run).front()).hasSize(front);

            assertThat(run.profiler().parts())
                    .filteredOn(part -> part.part() == Part.ADAPTING)
                    .extracting(PartTime::work)
                    .singleElement()
                    .satisfies(work -> {
                        assertThat(work.forwards()).isEqualTo(3L * 4 * TASKS.size());
                        assertThat(work.backwards()).isEqualTo(work.forwards());
                    });
        }
    }

    @ParameterizedTest
    @MethodSource("learning")
    <M extends Record & Method> void oneStepIsForeseenOfATrial(Class<M> type, Map<String, Object> given, int front) {
        if (front == 0) {
            Map<String, Object> trial = new HashMap<>(given);
            trial.put("fast_dev_run", true);
            try (Scope scope = Scope.open()) {
                assertThat(Settings.bind(type, trial).steps(pool()).count()).isEqualTo(1);
            }
        }
    }

    private ModelPool pool() {
        Map<String, Path> folders = TinyModels.family(temporary, 3);
        Map<String, Path> chosen = new LinkedHashMap<>();
        TASKS.forEach(name -> chosen.put(name, folders.get(name)));
        List<Task> data = List.copyOf(NoiseTask.of(8, "a", "b"));
        return ModelPool.open(temporary.resolve("clip"), chosen, () -> data, () -> data);
    }
}
