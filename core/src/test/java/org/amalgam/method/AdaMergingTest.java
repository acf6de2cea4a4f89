package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.NumpyFile;
import org.amalgam.checkpoint.TorchFile;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.merge.Coefficients;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AdaMergingTest {

    private static final String TASK_WISE = "clip_task_wise_adamerging";
    private static final String LAYER_WISE = "clip_layer_wise_adamerging";

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private ModelPool pool;
    private Path logs;

    @BeforeEach
    void openPool() throws IOException {
        Map<String, Path> folders = TinyModels.family(temporary, 2);
        List<Task> tasks = new ArrayList<>(NoiseTask.of(6, "a", "b"));
        pool = ModelPool.open(temporary.resolve("clip"), folders, () -> tasks);
        logs = Files.createDirectories(temporary.resolve("logs"));
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private MergedModel merge(Map<String, Object> given) {
        Map<String, Object> settings = new HashMap<>(Map.of("max_steps", 2, "batch_size", 3));
        settings.put("save_merging_weights", null);
        settings.putAll(given);
        return Settings.bind(AdaMerging.class, settings).merge(pool, Run.quiet(0, logs));
    }

    private Weights direct(Tensor lambda) {
        return pool.taskVectors().merge(new Coefficients(lambda));
    }

    private float[] layerWise() {
        Random random = new Random(5);
        float[] values = new float[2 * pool.ancestor().weights().names().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }

    private static void assertSame(Weights got, Weights expected) {
        got.entries().forEach((name, tensor) -> assertThat(tensor.toFloats())
                .as(name)
                .containsExactly(expected.get(name).toFloats()));
    }

    @Test
    void givenCoefficientsSkipAdaptation() {
        MergedModel merged = merge(Map.of("name", TASK_WISE, "weights", List.of(0.2, 1.5)));
        assertSame(merged.weights(), direct(Tensor.of(new float[] {0.2f, 1.5f}, 2)));
        assertThat(merged.trace()).isEmpty();
        assertThat(merged.coefficients().orElseThrow().lambda().toFloats()).containsExactly(0.2f, 1.5f);
        assertThat(Settings.bind(AdaMerging.class, Map.of("weights", List.of(1)))
                        .usesData())
                .isFalse();
        assertThat(Settings.defaults(AdaMerging.class).usesData()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "w.pt", "w.npy", "w.np"})
    void coefficientsComeFromListsAndFiles(String source) {
        float[] values = layerWise();
        int layers = values.length / 2;
        HostTensor tensor = HostTensor.ofFloats(values, 2, layers);
        Object weights;
        if (source.equals("list")) {
            List<List<Double>> rows = new ArrayList<>();
            for (int k = 0; k < 2; k++) {
                List<Double> row = new ArrayList<>();
                for (int i = 0; i < layers; i++) {
                    row.add((double) values[k * layers + i]);
                }
                rows.add(row);
            }
            weights = rows;
        } else {
            Path file = temporary.resolve(source);
            if (source.endsWith(".pt")) {
                TorchFile.writeTensor(file, tensor);
            } else {
                NumpyFile.write(file, tensor);
            }
            weights = file.toString();
        }
        assertSame(
                merge(Map.of("name", LAYER_WISE, "weights", weights)).weights(), direct(Tensor.of(values, 2, layers)));
    }

    @Test
    void coefficientsThatDoNotFitAreRefused() {
        refuses(List.of(0.1, 0.2, 0.3), TASK_WISE, "method.weights: merging weights of shape [3], expected [2]");
        refuses(List.of(0.1, 0.2), LAYER_WISE, "shape [2], expected [2, 39]");
        refuses(List.of(), TASK_WISE, "shape [0], expected [2]");
        refuses(List.of("x", 1), TASK_WISE, "expected numbers, or one list of numbers a task");
        refuses(
                List.of(List.of(0.1, 0.2), List.of(0.1)),
                LAYER_WISE,
                "method.weights: task 1 has 1 numbers, task 0 has 2; give every task as many");
        refuses(3, TASK_WISE, "expected a list of numbers or the path of a .pt, .np or .npy file, found 3");
        refuses("absent.pt", TASK_WISE, "there is no file absent.pt");
        Path json = temporary.resolve("clip/config.json");
        refuses(json.toString(), TASK_WISE, json + " is neither a .pt nor a .np or .npy file");
        Path file = temporary.resolve("three.pt");
        TorchFile.writeTensor(file, HostTensor.ofFloats(new float[3], 3));
        refuses(file.toString(), TASK_WISE, file + ": merging weights of shape [3], expected [2]");
        NumpyFile.write(temporary.resolve("nan.npy"), HostTensor.ofFloats(new float[] {1, Float.NaN}, 2));
        refuses(temporary.resolve("nan.npy").toString(), TASK_WISE, "hold NaN or infinity");
    }

    private void refuses(Object weights, String name, String message) {
        assertThatThrownBy(() -> merge(Map.of("name", name, "weights", weights)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(message);
    }

    @Test
    void withoutAnInitialValueEveryTaskGetsItsShare() {
        Map<String, Object> settings = new HashMap<>(Map.of("name", TASK_WISE, "lr", 0.0, "max_steps", 1));
        assertThat(lambda(merge(settings))).containsExactly(0.3f, 0.3f);
        settings.put("init_values", null);
        assertThat(lambda(merge(settings))).containsExactly(0.5f, 0.5f);
        settings.put("init_values", -2.5);
        assertThat(lambda(merge(settings))).containsExactly(-2.5f, -2.5f);
    }

    private static float[] lambda(MergedModel merged) {
        return merged.coefficients().orElseThrow().lambda().toFloats();
    }

    @Test
    void learnsOneCoefficientATaskOrOneATensor() {
        MergedModel task = merge(Map.of("name", TASK_WISE));
        assertThat(task.coefficients().orElseThrow().lambda().shape()).containsExactly(2);
        MergedModel layer = merge(Map.of("name", LAYER_WISE));
        assertThat(layer.coefficients().orElseThrow().lambda().shape()).containsExactly(2, 39);
        assertThat(layer.trace().orElseThrow().steps()).hasSize(2);
        assertThat(layer.notes()).hasSize(1);
        assertSame(layer.weights(), direct(layer.coefficients().orElseThrow().lambda()));
        assertThat(layer.trace().orElseThrow().parameter("weight/1")[1])
                .isEqualTo(layer.coefficients().orElseThrow().taskMeans().get(1));
    }

    @Test
    void aRunToSeeWhetherItWorksMakesOneStep() {
        assertThat(merge(Map.of("fast_dev_run", true, "max_steps", 500))
                        .trace()
                        .orElseThrow()
                        .steps())
                .hasSize(1);
    }

    @Test
    void clampingCutsWhatIsMergedAndNotWhatIsStored() {
        MergedModel merged = merge(Map.of("name", TASK_WISE, "clamp_weights", true, "weights", List.of(-0.5, 1.75)));
        assertThat(lambda(merged)).containsExactly(-0.5f, 1.75f);
        assertSame(merged.weights(), direct(Tensor.of(new float[] {0, 1}, 2)));
        // Outside the interval no gradient arrives, so that descent stays where it is.
        MergedModel learned = merge(
                Map.of("name", TASK_WISE, "clamp_weights", true, "init_values", 1.25, "optimizer", "sgd", "lr", 10.0));
        assertThat(lambda(learned)).containsExactly(1.25f, 1.25f);
    }

    @Test
    void learnedCoefficientsAreSavedInTheRunsFolderUnlessThePathSaysWhere() throws IOException {
        MergedModel merged = merge(Map.of("save_merging_weights", "some/lambda.pt"));
        HostTensor saved = TorchFile.readTensor(logs.resolve("some/lambda.pt"));
        assertThat(saved.shape()).containsExactly(2L, 39L);
        assertThat(saved.toFloats()).containsExactly(lambda(merged));

        Path elsewhere = temporary.resolve("elsewhere.pt");
        merge(Map.of("save_merging_weights", elsewhere.toString()));
        assertThat(TorchFile.readTensor(elsewhere).toFloats()).containsExactly(lambda(merged));

        MergedModel again = merge(Map.of("weights", elsewhere.toString()));
        assertSame(again.weights(), merged.weights());

        merge(Map.of());
        merge(Map.of("weights", elsewhere.toString(), "save_merging_weights", "not-learned.pt"));
        try (Stream<Path> files = Files.list(logs)) {
            assertThat(files.map(Path::getFileName)).containsExactly(Path.of("some"));
        }
    }

    @Test
    void prunedTaskVectorsMakeItAdaMergingPlusPlus() {
        Map<String, Object> settings = Map.of("name", TASK_WISE, "weights", List.of(1.0, 1.0), "ties_threshold", 20.0);
        Weights ties = Settings.bind(TiesMerging.class, Map.of("scaling_factor", 1.0))
                .merge(pool, Run.quiet(0, logs))
                .weights();
        merge(settings).weights().entries().forEach((name, tensor) -> assertThat(tensor.toFloats())
                .as(name)
                .containsExactly(ties.get(name).toFloats(), Offset.offset(1e-6f)));
    }

    @Test
    void asksForTheStepsAndMemoryThatItNeeds() {
        Run run = Run.quiet(0, logs);
        AdaMerging learning = Settings.defaults(AdaMerging.class);
        AdaMerging given = Settings.bind(AdaMerging.class, Map.of("weights", List.of(1, 1)));
        long model = 4 * pool.ancestor().weights().parameters();
        assertThat(given.memory(pool, run)).isEqualTo(4 * model);
        assertThat(given.activationBytes(pool)).isZero();
        assertThat(learning.memory(pool, run)).isEqualTo((4L + run.workers().count()) * model);
        assertThat(learning.activationBytes(pool))
                .isEqualTo(2 * 16 * pool.architecture().activationBytes());
    }
}
