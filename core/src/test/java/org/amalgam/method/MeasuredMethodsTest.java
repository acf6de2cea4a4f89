package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Fisher merging and RegMean on whole models. */
class MeasuredMethodsTest {

    private static final String LINEAR = "vision_model.encoder.layers.0.mlp.fc2";
    private static final String NORM = "vision_model.pre_layrnorm.weight";

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private Map<String, Path> folders;

    @BeforeEach
    void makeModels() {
        folders = TinyModels.family(temporary, 2);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private ModelPool pool(String... models) {
        List<Task> tasks = new ArrayList<>(NoiseTask.of(40, "x", "y"));
        Map<String, Path> experts = new LinkedHashMap<>();
        for (String model : models) {
            experts.put(experts.isEmpty() ? "x" : "y", folders.get(model));
        }
        return ModelPool.open(temporary.resolve("clip"), experts, List::of, () -> tasks.subList(0, experts.size()));
    }

    private MergedModel fisher(ModelPool pool, Map<String, ?> more) {
        Map<String, Object> settings = new HashMap<>(Map.of("num_fisher_examples", 16, "batch_size", 4));
        settings.putAll(more);
        return Settings.bind(FisherMerging.class, settings).merge(pool, Run.quiet(0, temporary));
    }

    private MergedModel regmean(ModelPool pool, Map<String, ?> more) {
        Map<String, Object> settings = new HashMap<>(Map.of("num_regmean_examples", 16));
        settings.putAll(more);
        return Settings.bind(RegMean.class, settings).merge(pool, Run.quiet(0, temporary));
    }

    private static void assertSame(Weights got, Weights expected) {
        assertThat(got.names()).isEqualTo(expected.names());
        got.entries().forEach((name, tensor) -> {
            assertThat(tensor.shape()).as(name).isEqualTo(expected.get(name).shape());
            assertThat(tensor.toFloats())
                    .as(name)
                    .containsExactly(expected.get(name).toFloats(), Offset.offset(1e-4f));
        });
    }

    @Test
    void ofOneModelEitherMethodMakesThatModel() {
        ModelPool pool = pool("a");
        assertSame(fisher(pool, Map.of()).weights(), pool.experts().get(0).weights());
        assertSame(regmean(pool, Map.of()).weights(), pool.experts().get(0).weights());
        ModelPool twice = pool("a", "a");
        assertSame(fisher(twice, Map.of()).weights(), pool.experts().get(0).weights());
        assertSame(regmean(twice, Map.of()).weights(), pool.experts().get(0).weights());
    }

    @Test
    void fisherLiesBetweenTheModelsAndIsNoAverage() {
        ModelPool pool = pool("a", "b");
        Weights merged = fisher(pool, Map.of()).weights();
        float[] got = merged.get(NORM).toFloats();
        float[] a = pool.experts().get(0).weights().get(NORM).toFloats();
        float[] b = pool.experts().get(1).weights().get(NORM).toFloats();
        double farthest = 0;
        for (int i = 0; i < got.length; i++) {
            assertThat(got[i]).isBetween(Math.min(a[i], b[i]) - 1e-6f, Math.max(a[i], b[i]) + 1e-6f);
            farthest = Math.max(farthest, Math.abs(got[i] - (a[i] + b[i]) / 2));
        }
        assertThat(farthest).isGreaterThan(1e-3);
        assertThat(fisher(pool, Map.of("labels", "data")).weights().get(NORM).toFloats())
                .isNotEqualTo(got);
        // A minimum that outweighs all information makes an average of it.
        assertSame(
                fisher(pool, Map.of("minimal_fisher_weight", 1e6, "normalize_fisher_weight", false))
                        .weights(),
                new SimpleAverage().merge(pool, Run.quiet(0, temporary)).weights());
    }

    @Test
    void regmeanChangesTheMatricesAndAveragesTheRest() {
        ModelPool pool = pool("a", "b");
        Weights merged = regmean(pool, Map.of()).weights();
        Weights mean = new SimpleAverage().merge(pool, Run.quiet(0, temporary)).weights();
        for (String name : List.of(LINEAR + ".bias", NORM, "vision_model.embeddings.patch_embedding.weight")) {
            assertThat(merged.get(name).toFloats()).isEqualTo(mean.get(name).toFloats());
        }
        Tensor difference = merged.get(LINEAR + ".weight").sub(mean.get(LINEAR + ".weight"));
        assertThat(difference.abs().flatten().max(0).item()).isGreaterThan(1e-3);
    }

    @Test
    void excludedParametersKeepTheAncestorsValues() {
        ModelPool pool = pool("a", "b");
        Map<String, Object> excluded =
                Map.of("exclude_param_names_regex", List.of(".*layers\\.0\\.mlp", "vision_model.pre"));
        Weights all = fisher(pool, Map.of("normalize_fisher_weight", false)).weights();
        for (Weights merged : List.of(
                fisher(pool, excluded).weights(), regmean(pool, excluded).weights())) {
            for (String name : List.of(LINEAR + ".weight", LINEAR + ".bias", NORM)) {
                assertThat(merged.get(name).toFloats())
                        .isEqualTo(pool.ancestor().weights().get(name).toFloats());
            }
            assertThat(merged.names()).isEqualTo(all.names());
        }
        Map<String, Object> without = new HashMap<>(excluded);
        without.put("normalize_fisher_weight", false);
        String other = "vision_model.post_layernorm.weight";
        assertThat(fisher(pool, without).weights().get(other).toFloats())
                .containsExactly(all.get(other).toFloats(), Offset.offset(1e-5f));
    }

    @Test
    void statisticsAreReusedWithoutTheData() {
        ModelPool pool = pool("a", "b");
        ModelPool without = ModelPool.open(temporary.resolve("clip"), Map.copyOf(Map.of("x", folders.get("a"))));
        Weights first = fisher(pool("a"), Map.of("save_statistics", "kept")).weights();
        Map<String, Object> read =
                Map.of("statistics", temporary.resolve("kept").toString());
        assertSame(fisher(without, read).weights(), first);
        Weights solved = regmean(pool, Map.of("save_statistics", "kept")).weights();
        assertSame(regmean(pool, read).weights(), solved);
        assertThat(Settings.bind(RegMean.class, read).usesTrainingData()).isFalse();
        assertThat(Settings.defaults(RegMean.class).usesTrainingData()).isTrue();
        assertThat(Settings.bind(FisherMerging.class, read).usesTrainingData()).isFalse();
        assertThat(Settings.defaults(FisherMerging.class).usesTrainingData()).isTrue();
        assertThat(regmean(pool, read).notes()).singleElement().asString().contains("were read from");
    }

    @Test
    void whatTheSettingsCannotMeanIsRefused() {
        ModelPool pool = pool("a", "b");
        assertThatThrownBy(() -> fisher(pool, Map.of("minimal_fisher_weight", 0)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageStartingWith("method.minimal_fisher_weight: 0.0");
        assertThatThrownBy(() -> regmean(pool, Map.of("reduce_non_diagonal_ratio", 1.5)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageStartingWith("method.reduce_non_diagonal_ratio: 1.5");
        assertThatThrownBy(() -> fisher(pool, Map.of("exclude_param_names_regex", List.of("a(b"))))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("a(b is no regular expression: Unclosed group");
        assertThatThrownBy(() -> regmean(pool, Map.of("num_regmean_examples", 41)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("method.num_regmean_examples: 41 are asked for");
        assertThatThrownBy(() -> regmean(pool, Map.of("num_regmean_examples", 0)))
                .hasMessageContaining("num_regmean_examples: expected an integer of at least 1, found 0");
        assertThatThrownBy(() -> Settings.bind(FisherMerging.class, Map.of("num_fisher_examples", 0)))
                .hasMessageContaining("num_fisher_examples: expected an integer of at least 1, found 0");
    }

    /** A norm that gives 0 leaves the maps behind it without inputs. */
    @Test
    void aSingularGramMatrixIsNamedWithWhatToDo() {
        for (String expert : List.of("a", "b")) {
            TinyModels.change(folders.get(expert), tensors -> {
                for (String part : List.of("weight", "bias")) {
                    tensors.put(
                            "vision_model.encoder.layers.1.layer_norm2." + part,
                            HostTensor.ofFloats(new float[TinyModels.WIDTH], TinyModels.WIDTH));
                }
                return tensors;
            });
        }
        assertThatThrownBy(() -> regmean(pool("a", "b"), Map.of()))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("vision_model.encoder.layers.1.mlp.fc1.weight add up to a singular matrix")
                .hasMessageContainingAll(
                        "method.num_regmean_examples",
                        "method.reduce_non_diagonal_ratio",
                        "method.exclude_param_names_regex");
        // The Gram matrix of a few rows: singular only as it is.
        assertThatThrownBy(() ->
                        regmean(pool("a", "b"), Map.of("num_regmean_examples", 1, "reduce_non_diagonal_ratio", 1)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("singular");
    }
}
