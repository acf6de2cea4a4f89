package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Safetensors;
import org.amalgam.checkpoint.SafetensorsFile;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.mixture.Mixture;
import org.amalgam.mixture.RoutingObserver;
import org.amalgam.model.Encoder;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WeightEnsemblingMoETest {

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
        return ModelPool.open(temporary.resolve("clip"), chosen, () -> data);
    }

    private <M extends Record & Method> MergedModel merge(ModelPool models, Class<M> type, Map<String, Object> given) {
        Map<String, Object> settings = new HashMap<>(Map.of("max_steps", 2, "batch_size", 3, "lr", 0.01));
        settings.putAll(given);
        return Settings.bind(type, settings).merge(models, Run.quiet(0, temporary));
    }

    private MergedModel merge(Map<String, Object> given) {
        return merge(pool, WeightEnsemblingMoE.class, given);
    }

    private float[] features(MergedModel merged, boolean batchReduce) {
        Encoder network = merged.network().encoder(pool.architecture(), batchReduce, RoutingObserver.NONE);
        Tensor images = NoiseTask.noise(new Random(1), 4, 3, TinyModels.IMAGE, TinyModels.IMAGE);
        try (Autograd.Off off = Autograd.off()) {
            return network.features(images).toFloats();
        }
    }

    @Test
    void beforeTheFirstStepConstantsAreTaskArithmetic() {
        MergedModel untouched = merge(Map.of("router_hidden_layers", 0, "max_steps", 0));
        Weights expected =
                new TaskArithmetic(0.3).merge(pool, Run.quiet(0, temporary)).weights();
        untouched.weights().entries().forEach((name, tensor) -> assertThat(tensor.toFloats())
                .as(name)
                .containsExactly(expected.get(name).toFloats(), Offset.offset(1e-6f)));
    }

    /** AdaMerging has a coefficient a tensor; a group's constant moves by the sum of its tensors' gradients. */
    @Test
    void constantsForEveryGroupAreAdaMergingOverTheGroups() {
        Map<String, Object> step =
                Map.of("max_steps", 1, "optimizer", "sgd", "lr", 1.0, "batch_size", 6, "shuffle", false);
        Map<String, Object> groups = new HashMap<>(step);
        groups.putAll(Map.of("router_hidden_layers", 0, "upscale", "all"));
        groups.put("save_checkpoint", temporary.resolve("constants.safetensors").toString());
        MergedModel grouped = merge(groups);
        Map<String, Object> layers = new HashMap<>(step);
        layers.put("save_merging_weights", null);
        float[] lambda = merge(pool, AdaMerging.class, layers)
                .coefficients()
                .orElseThrow()
                .lambda()
                .toFloats();

        List<String> names = pool.ancestor().weights().names();
        Map<String, float[]> sums = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            float[] sum = sums.computeIfAbsent(group(names.get(i)), any -> new float[2]);
            for (int k = 0; k < 2; k++) {
                sum[k] += lambda[k * names.size() + i] - 0.3f;
            }
        }
        float[] expected = new float[2 * names.size()];
        for (int i = 0; i < names.size(); i++) {
            for (int k = 0; k < 2; k++) {
                expected[k * names.size() + i] = 0.3f + sums.get(group(names.get(i)))[k];
            }
        }
        Weights merged =
                pool.taskVectors().merge(new org.amalgam.merge.Coefficients(Tensor.of(expected, 2, names.size())));
        grouped.weights().entries().forEach((name, tensor) -> assertThat(tensor.toFloats())
                .as(name)
                .containsExactly(merged.get(name).toFloats(), Offset.offset(1e-5f)));
        assertThat(grouped.parameters(0).trainable()).isEqualTo(2L * sums.size());
    }

    private static String group(String parameter) {
        return parameter.contains(".mlp.")
                ? parameter.substring(0, parameter.indexOf(".mlp.") + 4)
                : parameter.replaceFirst("\\.(weight|bias)$", "");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void savedRoutersGiveTheSameModel(int depth) {
        Path file = temporary.resolve("routers.ckpt");
        MergedModel learned = merge(Map.of("router_hidden_layers", depth, "save_checkpoint", file.toString()));
        MergedModel loaded = merge(Map.of("router_hidden_layers", depth, "checkpoint", file.toString()));
        assertThat(loaded.trace()).isEmpty();
        assertThat(features(loaded, false)).containsExactly(features(learned, false));
        assertThat(features(loaded, true)).containsExactly(features(learned, true));
        assertThat(file.toFile().length()).isLessThan(10_000);
    }

    private MergedModel sparse(int depth, String key, Path file, Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(more);
        settings.putAll(Map.of("router_hidden_layers", depth, "shared_gate", false, key, file.toString()));
        return merge(pool, SparseWeightEnsemblingMoE.class, settings);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void learnedAndReadRoutersArePrunedAlikeAndSavedAsTheyWereLearned(int depth) {
        Path plain = temporary.resolve("plain.safetensors");
        Path file = temporary.resolve("routers.safetensors");
        Map<String, Object> prune = Map.of("post_sparse_gate", true, "gate_prune_ratio", 0.5);
        float[] whole = features(sparse(depth, "save_checkpoint", plain, Map.of()), false);
        float[] learned = features(sparse(depth, "save_checkpoint", file, prune), false);
        assertThat(file).hasSameBinaryContentAs(plain);
        assertThat(learned).isNotEqualTo(whole);
        assertThat(features(sparse(depth, "checkpoint", file, prune), false)).containsExactly(learned);
        assertThat(features(sparse(depth, "checkpoint", file, Map.of()), false)).containsExactly(whole);
    }

    @ParameterizedTest
    @ValueSource(strings = {"whole", "low rank", "sparse"})
    void aSavedMixtureIsTheSameMixture(String form) throws IOException {
        MergedModel learned =
                switch (form) {
                    case "sparse" -> merge(pool, SparseWeightEnsemblingMoE.class, Map.of("position_encoding", true));
                    case "low rank" -> merge(Map.of("compress", Map.of("rank", 2)));
                    default -> merge(Map.of("router_hidden_layers", 1));
                };
        Mixture mixture = ((MergedModel.Routed) learned.network()).mixture();
        Path folder = Files.createDirectory(temporary.resolve("mixture"));
        pool.writer().saveMixture(mixture.weights(), mixture.description(), folder);
        MergedModel again = Settings.bind(SavedMixture.class, Map.of("path", folder.toString()))
                .merge(pool, Run.quiet(0, temporary));
        // Mapped tensors lie elsewhere in memory, and products round by where rows begin.
        assertThat(features(again, false)).containsExactly(features(learned, false), Offset.offset(1e-5f));
        assertThat(again.parameters(0)).isEqualTo(learned.parameters(0));
    }

    @Test
    void aMixtureOfAnotherArchitectureIsRefused() throws IOException {
        Mixture mixture =
                ((MergedModel.Routed) merge(Map.of("router_hidden_layers", 1)).network()).mixture();
        Path folder = Files.createDirectory(temporary.resolve("mixture"));
        Map<String, Tensor> wider = new LinkedHashMap<>(mixture.weights().entries());
        String norm = "vision_model.post_layernorm.bias";
        wider.put(norm, Tensor.zeros(2 * wider.get(norm).elements()));
        pool.writer().saveMixture(new Weights(wider), mixture.description(), folder);
        SavedMixture saved = Settings.bind(SavedMixture.class, Map.of("path", folder.toString()));
        assertThatThrownBy(() -> saved.merge(pool, Run.quiet(0, temporary)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(norm + " is of shape [" + wider.get(norm).elements() + "]")
                .hasMessageContaining("name the pool that the mixture was made of");
    }

    @Test
    void learningMovesTheRoutersAndLowersTheEntropy() {
        MergedModel learned =
                merge(Map.of("max_steps", 30, "batch_size", 6, "shuffle", false, "router_hidden_layers", 2));
        var steps = learned.trace().orElseThrow().steps();
        assertThat(steps.get(29).meanLoss()).isLessThan(steps.get(0).meanLoss() - 0.01);
    }

    @Test
    void sparseExpertsAreFewer() {
        long dense = merge(Map.of()).parameters(0).total();
        MergedModel sparse = merge(pool, SparseWeightEnsemblingMoE.class, Map.of("tv_prune_ratio", 0.9));
        MergedModel cut = merge(Map.of("compress", Map.of("rank", 1)));
        assertThat(sparse.parameters(0).total()).isLessThan(dense / 2 + 1000);
        assertThat(sparse.parameters(0).trainable()).isEqualTo(8 * 8 + 8 + 8 * 2 + 2);
        assertThat(cut.parameters(0).total()).isLessThan(dense);
        assertThat(cut.notes()).anyMatch(note -> note.contains("rank 1"));
    }

    @Test
    void aFileOfOtherModelsIsRefused() {
        Path file = temporary.resolve("routers.safetensors");
        merge(Map.of("save_checkpoint", file.toString()));
        Map<String, Object> use = Map.of("checkpoint", file.toString());
        assertThatThrownBy(() -> merge(pool(List.of("a", "c")), WeightEnsemblingMoE.class, use))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("routers for the 2 tasks a, b; the model pool has the 2 tasks a, c");
        assertThatThrownBy(() -> merge(pool(List.of("a", "b", "c")), WeightEnsemblingMoE.class, use))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("the 3 tasks a, b, c");
        assertThatThrownBy(() -> merge(Map.of("checkpoint", file.toString(), "router_hidden_layers", 1)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("router_hidden_layers=2, the settings ask for 1");
        TinyModels.expert(folders.get("b"), temporary.resolve("clip"), 99);
        assertThatThrownBy(() -> merge(pool(List.of("a", "b")), WeightEnsemblingMoE.class, use))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("another model b than");
    }

    @Test
    void namesOfTasksMayHoldCommas() {
        folders.put("a,x", folders.get("a"));
        tasks.addAll(0, NoiseTask.of(6, "a,x"));
        ModelPool comma = pool(List.of("a,x", "b"));
        String file = temporary.resolve("routers.safetensors").toString();
        merge(comma, WeightEnsemblingMoE.class, Map.of("save_checkpoint", file));
        MergedModel loaded = merge(comma, WeightEnsemblingMoE.class, Map.of("checkpoint", file));
        assertThat(loaded.trace()).isEmpty();
        assertThatThrownBy(() -> merge(Map.of("checkpoint", file)))
                .hasMessageContaining("routers for the 2 tasks a,x, b; the model pool has the 2 tasks a, b");
    }

    @Test
    void filesOfEarlierVersionsWithAllTasksInOneLineStillLoad() {
        Path file = temporary.resolve("routers.safetensors");
        merge(Map.of("save_checkpoint", file.toString()));
        SafetensorsFile saved = Safetensors.open(file);
        Map<String, String> metadata = new HashMap<>(saved.metadata());
        metadata.keySet().removeIf(key -> key.startsWith("task"));
        metadata.put("tasks", "a,b");
        Path earlier = temporary.resolve("earlier.safetensors");
        SafetensorsWriter.write(
                earlier,
                metadata,
                saved.slots().keySet().stream()
                        .map(name -> SafetensorsWriter.Entry.of(name, saved.tensor(name)))
                        .toList());
        Map<String, Object> use = Map.of("checkpoint", earlier.toString());
        assertThat(merge(use).trace()).isEmpty();
        assertThatThrownBy(() -> merge(pool(List.of("a", "c")), WeightEnsemblingMoE.class, use))
                .hasMessageContaining("routers for the 2 tasks a, b; the model pool has the 2 tasks a, c");
    }

    @Test
    void aFileThatIsNoneIsRefused() throws Exception {
        Path file = Files.writeString(temporary.resolve("routers.ckpt"), "no safetensors");
        assertThatThrownBy(() -> merge(Map.of("checkpoint", file.toString())))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("routers.ckpt");
        assertThatThrownBy(() ->
                        merge(Map.of("checkpoint", temporary.resolve("none").toString())))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("there is no file");
        assertThat(Settings.bind(WeightEnsemblingMoE.class, Map.of("checkpoint", "False"))
                        .usesData())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    router_hidden_layers | 3 | method.router_hidden_layers: 3 is not offered
                    upscale | all | all is offered with router_hidden_layers=0 alone, found 2
                    """)
    void settingsThatCannotBeAreRefused(String key, String value, String message) {
        Object given = value.length() == 1 ? (Object) Integer.valueOf(value) : value;
        assertThatThrownBy(() -> merge(Map.of(key, given)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aRankAboveTheMatrixIsRefused() {
        assertThatThrownBy(() -> merge(Map.of("compress", Map.of("rank", 9))))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("rank 9 is not possible, a matrix [16, 8] has ranks from 1 to 8");
    }

    @Test
    void aShareOutsideItsRangeIsRefused() {
        assertThatThrownBy(() -> merge(pool, SparseWeightEnsemblingMoE.class, Map.of("tv_prune_ratio", 1.5)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("method.tv_prune_ratio: 1.5 is no share");
    }
}
