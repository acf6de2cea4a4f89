package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Learner;
import org.amalgam.adapt.Objective;
import org.amalgam.adapt.Trace;
import org.amalgam.fixtures.TinyGpt2;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.mixture.RoutingObserver;
import org.amalgam.model.Encoder;
import org.amalgam.nn.LayerNorm;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.pool.TextTaskSpec;
import org.amalgam.pool.TextTasks;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.statistic.GramMatrices;
import org.amalgam.statistic.Samples;
import org.amalgam.statistic.Statistics;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

/** The methods know no family: each merges GPT-2 models too, and what it saves loads again. */
class Gpt2MethodsTest {

    private static final int ROWS = 12;

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private TextTasks tasks;
    private Map<String, Path> folders;

    @BeforeEach
    void makeModels() {
        folders = TinyGpt2.family(temporary, 2);
        tasks = new TextTasks(temporary.resolve("gpt2"), temporary.resolve("gpt2"), OptionalInt.empty());
    }

    @AfterEach
    void close() {
        tasks.close();
        scope.close();
    }

    /** Texts of the two tasks differ in their longest. */
    private ModelPool pool() {
        List<Task> data = new ArrayList<>();
        folders.forEach((name, folder) -> {
            Path file = TinyGpt2.texts(temporary.resolve(name + ".csv"), ROWS, 2 + data.size(), 7 + data.size());
            data.add(tasks.open(new TextTaskSpec(name, List.of(file), "", List.of(), List.of()), folder));
        });
        return ModelPool.open(temporary.resolve("gpt2"), folders, () -> data, () -> data);
    }

    private Run quiet() {
        return Run.quiet(0, temporary);
    }

    static Stream<Method> dense() {
        Map<String, Object> steps = Map.of("max_steps", 2, "batch_size", 4, "lr", 0.01);
        Map<String, Object> gpt2 =
                Map.of("name", "gpt2_layer_wise_adamerging", "max_steps", 2, "batch_size", 4, "lr", 0.01);
        return Stream.of(
                Settings.bind(SimpleAverage.class, Map.of()),
                Settings.bind(TaskArithmetic.class, Map.of()),
                Settings.bind(TiesMerging.class, Map.of("threshold", 20)),
                Settings.bind(SlerpMerging.class, Map.of()),
                Settings.bind(MagnitudePruning.class, Map.of()),
                Settings.bind(Dare.class, Map.of()),
                Settings.bind(AdaMerging.class, steps),
                Settings.bind(AdaMerging.class, gpt2),
                Settings.bind(FisherMerging.class, Map.of("num_fisher_examples", 8, "batch_size", 4)),
                Settings.bind(RegMean.class, Map.of("num_regmean_examples", 8, "reduce_non_diagonal_ratio", 0.6)),
                Settings.bind(
                        WeightEnsemblingMoE.class, Map.of("router_hidden_layers", 0, "max_steps", 2, "batch_size", 4)));
    }

    @ParameterizedTest
    @MethodSource("dense")
    void everyDenseMethodSavesAGpt2ModelThatLoads(Method method) throws IOException {
        ModelPool pool = pool();
        MergedModel merged = method.merge(pool, quiet());
        assertThat(merged.weights().names()).isEqualTo(pool.ancestor().weights().names());
        Path folder = Files.createDirectory(temporary.resolve("merged"));
        pool.writer().save(merged.weights(), folder);
        assertThat(folder.resolve("tokenizer.json")).exists();
        assertThat(Files.readString(folder.resolve("config.json"))).contains("\"GPT2Model\"");
        ModelPool again = ModelPool.open(folder, folders);
        float[] expected = features(encoder(pool, merged));
        float[] ancestor = features(pool.architecture().encoder(pool.ancestor().weights()));
        assertThat(features(again.architecture().encoder(again.ancestor().weights())))
                .containsExactly(expected, offset(1e-6f));
        assertThat(expected).isNotEqualTo(ancestor);
    }

    private static Encoder encoder(ModelPool pool, MergedModel merged) {
        return merged.network().encoder(pool.architecture(), false, RoutingObserver.NONE);
    }

    private static float[] features(Encoder encoder) {
        try (Autograd.Off off = Autograd.off()) {
            Tensor ids = Tensor.of(new long[] {3, 4, 5, 6, 1, 2, -1, -1}, 2, 4);
            return encoder.features(ids).toFloats();
        }
    }

    /** With every expert whole and in use, a mixture of one model's experts is that model. */
    @Test
    void smileOfOneModelIsThatModel() {
        ModelPool both = pool();
        ModelPool one = ModelPool.open(temporary.resolve("gpt2"), Map.of("a", folders.get("a")));
        Map<String, Object> whole = Map.of("k", -1, "gate_k", 2, "average_experts", true);
        MergedModel merged = Settings.bind(Smile.class, whole).merge(one, quiet());
        float[] expected =
                features(one.architecture().encoder(one.experts().get(0).weights()));
        // Embeddings' names end in .weight, so that average_experts takes them from the model too.
        assertThat(features(encoder(one, merged))).containsExactly(expected, offset(1e-4f));
        Path saved = temporary.resolve("smile");
        Map<String, Object> low = Map.of("k", 4, "gate_k", 2, "top_k", 2, "model_path", saved.toString());
        float[] routed = features(encoder(both, Settings.bind(Smile.class, low).merge(both, quiet())));
        float[] loaded = features(encoder(both, Settings.bind(Smile.class, low).merge(both, quiet())));
        assertThat(loaded).containsExactly(routed, offset(1e-6f));
    }

    /** Gram matrices and thus the merge count tokens alone: beside longer texts nothing changes. */
    @Test
    void regMeanDoesNotSeePadding() throws IOException {
        Path short1 = temporary.resolve("short.jsonl");
        Files.writeString(short1, "{\"text\":\"abcd\",\"label\":0}\n{\"text\":\"z\",\"label\":0}\n");
        Task together =
                tasks.open(new TextTaskSpec("short", List.of(short1), "", List.of(), List.of()), folders.get("a"));
        ModelPool pool = ModelPool.open(
                temporary.resolve("gpt2"), Map.of("a", folders.get("a")), List::of, () -> List.of(together));
        List<float[]> grams = new ArrayList<>();
        List<String> notes = new Statistics(
                        new GramMatrices(pool.architecture().linears()),
                        new Samples("n", 2, 2, false),
                        Optional.empty(),
                        Optional.empty())
                .each(
                        pool,
                        quiet(),
                        (k, values) -> grams.add(values.get("h.0.attn.c_attn").toFloats()));
        assertThat(notes).hasSize(1);
        // The norm's output of a token has mean 0 and variance 1 before scale and shift: 5 rows of them, computed by
        // hand.
        Tensor x = pool.experts().get(0).weights().get("wte.weight");
        Tensor states = Tensor.stack(Stream.of(
                        new int[] {0, 0}, new int[] {1, 1}, new int[] {2, 2}, new int[] {3, 3}, new int[] {25, 0})
                .map(at -> x.select(0, at[0])
                        .add(pool.experts().get(0).weights().get("wpe.weight").select(0, at[1])))
                .toList());
        Tensor normed = new LayerNorm(
                        pool.experts().get(0).weights().get("h.0.ln_1.weight"),
                        pool.experts().get(0).weights().get("h.0.ln_1.bias"),
                        1e-5)
                .apply(states);
        float[] expected = normed.transpose(0, 1).matmul(normed).mul(1.0 / 5).toFloats();
        assertThat(grams.get(0)).containsExactly(expected, offset(1e-5f));
    }

    /** A batch may be cut where every text has an entropy of its own, however long the texts beside it are. */
    @Test
    void textsOfDifferentLengthsShareAMicroBatch() {
        ModelPool pool = pool();
        AdaMerging method = Settings.bind(AdaMerging.class, Map.of("lr", 0.1, "batch_size", ROWS));
        Learner learner = method.learner(pool.taskVectors(), pool.architecture());
        List<Trace> traces = new ArrayList<>();
        for (int microBatch : new int[] {1, 5, 100}) {
            traces.add(new Adaptation("adam", 0.1, ROWS, 2, false, microBatch)
                    .learn(learner, Objective.ENTROPY, pool.adaptationTasks(), quiet())
                    .trace());
        }
        for (int step = 0; step < 2; step++) {
            for (int task = 0; task < 2; task++) {
                double whole = traces.get(2).steps().get(step).losses().get(task);
                assertThat(traces.get(0).steps().get(step).losses().get(task)).isCloseTo(whole, offset(1e-4));
                assertThat(traces.get(1).steps().get(step).losses().get(task)).isCloseTo(whole, offset(1e-4));
            }
        }
    }

    @Test
    void whatIsNotOfferedSaysSo() {
        ModelPool pool = pool();
        assertThatThrownBy(() -> Settings.bind(WeightEnsemblingMoE.class, Map.of("max_steps", 1))
                        .merge(pool, quiet()))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("GPT-2, 2 blocks of width 8")
                .hasMessageContaining("method.router_hidden_layers=0");
        assertThatThrownBy(() -> Settings.bind(AdaSvd.class, Map.of("num_samples", 2, "gate_k", 2))
                        .merge(pool, quiet()))
                .isInstanceOf(AmalgamException.class);
        TinyModels.text(
                folders.get("a").resolve("config.json"),
                "{\"model_type\": \"gpt2\", \"scale_attn_by_inverse_layer_idx\": true}");
        assertThatThrownBy(() -> ModelPool.open(folders.get("a"), folders))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("scale_attn_by_inverse_layer_idx is true, expected false");
    }
}
