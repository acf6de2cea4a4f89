package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFolder;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.Safetensors;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.checkpoint.TorchFile;
import org.amalgam.fixtures.TinyLlama;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.merge.TaskVectors;
import org.amalgam.method.SimpleAverage;
import org.amalgam.method.StaticMethod;
import org.amalgam.method.TaskArithmetic;
import org.amalgam.run.Run;
import org.amalgam.run.Workers;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

import static org.amalgam.fixtures.TinyLlama.EMBEDDING;
import static org.amalgam.fixtures.TinyLlama.NORM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** LoRA adapters as models of a pool. The files below {@code peft} were written by PEFT 0.21.2, {@code merged} by its merge. */
class AdapterTest {

    private static final String QUERY = "model.layers.0.self_attn.q_proj";
    private static final String CONFIG = "\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 3, \"bias\": \"none\"";

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private final Map<String, HostTensor> factors = new LinkedHashMap<>();
    private Path base;
    private Path adapter;

    @BeforeEach
    void makeModels() throws IOException {
        base = TinyLlama.write(temporary.resolve("base"), TinyLlama.tensors(1), TinyLlama.config(false));
        adapter = Files.createDirectory(temporary.resolve("adapter"));
        factor(QUERY + ".lora_A.weight", 2, 8);
        factor(QUERY + ".lora_B.weight", 8, 2);
        write(CONFIG);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private void factor(String name, int rows, int columns) {
        Random random = new Random(name.hashCode());
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        factors.put("base_model.model." + name, HostTensor.ofFloats(values, rows, columns));
    }

    private void write(String config) throws IOException {
        SafetensorsWriter.write(adapter.resolve("adapter_model.safetensors"), factors);
        Files.writeString(adapter.resolve("adapter_config.json"), "{" + config + "}");
    }

    private ModelPool pool() {
        return ModelPool.mapped(
                base, Map.of("a", adapter), ModelPool.none("test_datasets"), ModelPool.none("train_datasets"));
    }

    private float[] factorValues(String name) {
        return factors.get("base_model.model." + name).toFloats();
    }

    /** W0 + scale * B A of the query's weights, in double precision. */
    private double[] expected(double scale) {
        float[] theta = TinyLlama.tensors(1).get(QUERY + ".weight").toFloats();
        float[] a = factorValues(QUERY + ".lora_A.weight");
        float[] b = factorValues(QUERY + ".lora_B.weight");
        double[] expected = new double[64];
        for (int i = 0; i < 8; i++) {
            for (int j = 0; j < 8; j++) {
                expected[8 * i + j] =
                        theta[8 * i + j] + scale * ((double) b[2 * i] * a[j] + (double) b[2 * i + 1] * a[8 + j]);
            }
        }
        return expected;
    }

    private static void assertClose(float[] got, double[] expected) {
        assertThat(got).hasSameSizeAs(expected);
        for (int i = 0; i < got.length; i++) {
            assertThat((double) got[i]).isCloseTo(expected[i], Offset.offset(1e-5));
        }
    }

    private Path saved(StaticMethod method) {
        ModelPool pool = pool();
        Path folder = temporary.resolve("merged");
        try (Workers workers = Workers.of(2)) {
            LazyWeights merged = method.merged(pool, Run.quiet(0, temporary));
            AtomicFolder.write(
                    folder, partial -> pool.writer().save(merged, partial, FileFormat.OF_THE_FAMILY, workers));
        }
        return folder;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"use_rslora\": false | 1.5",
                "\"use_rslora\": true | 2.1213203435596424",
                "\"alpha_pattern\": {\"q_proj\": 5} | 2.5",
                "\"alpha_pattern\": {\"o_proj\": 5, \"layers\\\\.\\\\d\\\\.self_attn\\\\.q_proj\": 7} | 3.5",
                "\"rank_pattern\": {\"k_proj\": 4}, \"use_dora\": false, \"target_parameters\": null | 1.5"
            })
    void scaleIsAlphaByRankOrByItsRoot(String more, double scale) throws IOException {
        write(CONFIG + ", " + more);
        assertClose(pool().experts().get(0).tensor(QUERY + ".weight").toFloats(), expected(scale));
    }

    @Test
    void oneAdapterOfWeightOneIsTheMergedModelRoundedOnce() {
        Map<String, HostTensor> merged = TinyModels.tensors(saved(new SimpleAverage()));
        double[] expected = expected(1.5);
        float[] values = new float[64];
        for (int i = 0; i < 64; i++) {
            values[i] = (float) expected[i];
        }
        assertThat(merged.get(QUERY + ".weight")).isEqualTo(HostTensor.ofRounded(DType.BF16, values, 8, 8));
        TinyModels.tensors(base).forEach((name, tensor) -> {
            if (!name.startsWith(QUERY)) {
                assertThat(merged.get(name)).as(name).isEqualTo(tensor);
            }
        });
    }

    @Test
    void readSpanBySpanAsATaskVectorOrAsAWholeItIsTheSame() {
        Model model = pool().experts().get(0);
        Tensor whole = model.tensor(QUERY + ".weight");
        assertThat(model.weights().get(QUERY + ".weight").toFloats()).containsExactly(whole.toFloats());
        for (Span span : List.of(new Span(0, 64), new Span(3, 7), new Span(13, 30), new Span(63, 1))) {
            assertClose(
                    model.values(QUERY + ".weight", span).toFloats(),
                    java.util.Arrays.copyOfRange(
                            expected(1.5), (int) span.start(), (int) (span.start() + span.length())));
        }
        TaskVectors vectors = pool().taskVectors();
        assertThat(vectors.tasks()).isEqualTo(1);
        float[] difference = pool().taskMatrices(List.of())
                .matrix(QUERY + ".weight", Span.whole(64))
                .toFloats();
        float[] theta = TinyLlama.tensors(1).get(QUERY + ".weight").toFloats();
        for (int i = 0; i < 64; i++) {
            assertThat(difference[i]).isEqualTo(whole.toFloats()[i] - theta[i]);
        }
        assertThat(pool().taskMatrices(List.of()).matrix(NORM, Span.whole(8)).toFloats())
                .containsOnly(0f);
    }

    @Test
    void anEmbeddingsUpdateIsTurned() throws IOException {
        factor("model.embed_tokens.lora_embedding_A", 2, 13);
        factor("model.embed_tokens.lora_embedding_B", 8, 2);
        write(CONFIG);
        float[] a = factorValues("model.embed_tokens.lora_embedding_A");
        float[] b = factorValues("model.embed_tokens.lora_embedding_B");
        float[] theta = TinyLlama.tensors(1).get(EMBEDDING).toFloats();
        float[] got = pool().experts().get(0).tensor(EMBEDDING).toFloats();
        for (int token = 0; token < 13; token++) {
            for (int j = 0; j < 8; j++) {
                double added = 1.5 * (b[2 * j] * a[token] + b[2 * j + 1] * a[13 + token]);
                assertThat((double) got[8 * token + j]).isCloseTo(theta[8 * token + j] + added, Offset.offset(1e-5));
            }
        }
    }

    @Test
    void modulesToSaveTakeTheirPlace() throws IOException {
        factors.put("base_model.model." + NORM, HostTensor.ofFloats(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 8));
        write(CONFIG + ", \"modules_to_save\": [\"norm\"]");
        assertThat(pool().experts().get(0).tensor(NORM).toFloats()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void aPickleIsReadToo() throws IOException {
        Files.delete(adapter.resolve("adapter_model.safetensors"));
        TorchFile.writeStateDict(adapter.resolve("adapter_model.bin"), factors);
        assertClose(pool().experts().get(0).tensor(QUERY + ".weight").toFloats(), expected(1.5));
    }

    @Test
    void theHashCoversTensorsConfigurationAndAncestor() throws IOException {
        Checkpoint ancestor = Checkpoint.open(base);
        Checkpoint first = Checkpoint.open(adapter, ancestor);
        assertThat(first.files()).hasSize(2);
        assertThat(first.bytes()).isEqualTo(2 * 16 * Float.BYTES);
        String hash = first.sha256();
        String fingerprint = first.fingerprint();
        write(CONFIG.replace("3", "4"));
        assertThat(Checkpoint.open(adapter, ancestor).sha256()).isNotEqualTo(hash);
        write(CONFIG);
        assertThat(Checkpoint.open(adapter, ancestor).sha256()).isEqualTo(hash);
        factor(QUERY + ".lora_A.weight", 2, 8);
        factors.put("base_model.model." + QUERY + ".lora_B.weight", HostTensor.ofFloats(new float[16], 8, 2));
        write(CONFIG);
        assertThat(Checkpoint.open(adapter, ancestor).sha256()).isNotEqualTo(hash);
        Path other = TinyLlama.write(temporary.resolve("other"), TinyLlama.tensors(9), TinyLlama.config(false));
        factor(QUERY + ".lora_B.weight", 8, 2);
        write(CONFIG);
        Checkpoint elsewhere = Checkpoint.open(adapter, Checkpoint.open(other));
        assertThat(elsewhere.sha256()).isEqualTo(hash);
        assertThat(elsewhere.fingerprint()).isNotEqualTo(fingerprint);
    }

    private void refuses(String... parts) throws IOException {
        assertThatThrownBy(() -> saved(new TaskArithmetic(1.0)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll(parts);
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("base", "adapter");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"peft_type\": \"LOHA\" | peft_type is LOHA",
                "\"peft_type\": \"IA3\" | peft_type is IA3",
                "\"r\": 2 | peft_type is not given",
                "\"peft_type\": \"LORA\", \"use_dora\": true | use_dora is set, which makes it a DoRA",
                "\"peft_type\": \"LORA\", \"bias\": \"all\" | bias is all",
                "\"peft_type\": \"LORA\", \"bias\": \"lora_only\" | bias is lora_only",
                "\"peft_type\": \"LORA\", \"lora_bias\": true | lora_bias is set",
                "\"peft_type\": \"LORA\", \"init_lora_weights\": \"pissa_niter_4\" | init_lora_weights is pissa_niter_4",
                "\"peft_type\": \"LORA\", \"alora_invocation_tokens\": [1, 2] | alora_invocation_tokens is set",
                "\"peft_type\": \"LORA\", \"target_parameters\": [\"x\"] | target_parameters is set",
                "\"peft_type\": \"LORA\", \"layer_replication\": [[0, 1]] | layer_replication is set",
                "\"peft_type\": \"LORA\", \"what_comes_next\": 1 | what_comes_next is set"
            })
    void variantsThatAreNotUnderstoodAreRefusedByName(String config, String part) throws IOException {
        write(config);
        refuses(adapter.resolve("adapter_config.json").toString(), part, "merge_and_unload");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"r\": 4, \"lora_alpha\": 3", "\"rank_pattern\": {\"q_proj\": 8}, \"r\": 2, \"lora_alpha\": 3"})
    void aRankThatIsNotTheFactors(String ranks) throws IOException {
        write("\"peft_type\": \"LORA\", " + ranks);
        refuses(QUERY, "[2, 8]", "[8, 2]", "the rank in adapter_config.json is");
    }

    @Test
    void scalesThatAreNone() throws IOException {
        write("\"peft_type\": \"LORA\", \"r\": 2");
        refuses("lora_alpha of " + QUERY + " is not given", "above 0");
        write("\"peft_type\": \"LORA\", \"r\": 2, \"lora_alpha\": 3, \"alpha_pattern\": {\"(\": 1}");
        refuses("alpha_pattern: ( is no regular expression");
    }

    @Test
    void factorsThatFitNothing() throws IOException {
        factor("model.layers.7.mlp.gate_proj.lora_A.weight", 2, 8);
        write(CONFIG);
        refuses("adapts model.layers.7.mlp.gate_proj", "the ancestor has no tensor", "made for this ancestor");
        factors.remove("base_model.model.model.layers.7.mlp.gate_proj.lora_A.weight");
        factors.remove("base_model.model." + QUERY + ".lora_A.weight");
        write(CONFIG);
        refuses(QUERY + " has lora_B alone");
        factor(QUERY + ".lora_A.weight", 2, 9);
        write(CONFIG);
        refuses("the update of " + QUERY + " has shape [8, 9]", "has [8, 8]");
        factors.put("base_model.model." + QUERY + ".lora_A.weight", HostTensor.ofFloats(new float[16], 2, 8, 1, 1));
        write(CONFIG);
        refuses("lora_A.weight is F32 [2, 8, 1, 1]", "convolutions");
        factor(QUERY + ".lora_A.weight", 2, 8);
        factor(QUERY + ".lora_magnitude_vector", 8, 1);
        write(CONFIG);
        refuses(QUERY + ".lora_magnitude_vector is no factor of a LoRA that is understood");
    }

    @Test
    void aFactorThatIsNoNumber() throws IOException {
        float[] values = new float[16];
        values[3] = Float.NaN;
        factors.put("base_model.model." + QUERY + ".lora_B.weight", HostTensor.ofFloats(values, 8, 2));
        write(CONFIG);
        refuses(adapter.resolve("adapter_model.safetensors") + ": ", "lora_B.weight holds NaN or infinity");
        assertThatThrownBy(() -> pool().checked()).hasMessageContaining("lora_B.weight holds NaN or infinity");
    }

    @Test
    void itIsNoAncestorAndNeedsItsTensors() throws IOException {
        assertThatThrownBy(() -> ModelPool.open(adapter, Map.of("a", base)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll(adapter.toString(), "is an adapter", "_pretrained_");
        Files.delete(adapter.resolve("adapter_model.safetensors"));
        refuses("adapter_model.safetensors or adapter_model.bin");
    }

    private static Path resource(String name) {
        try {
            return Path.of(
                    Objects.requireNonNull(AdapterTest.class.getResource(name)).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Both towers are adapted, ranks and scales differ by module, rsLoRA. */
    @Test
    void clipAsPeftMergesIt() {
        ModelPool pool = ModelPool.open(resource("/golden/mini/base"), Map.of("a", resource("/peft/clip")));
        assertMerged(pool, "clip", "");
    }

    /** Matrices stored [in, out]; the head is the adapter's. */
    @Test
    void gpt2AsPeftMergesIt() {
        Path gpt2 = resource("/golden/gpt2/base");
        ModelPool pool = ModelPool.open(gpt2, Map.of("a", resource("/peft/gpt2")));
        assertMerged(pool, "gpt2", "transformer.");
        Checkpoint model = Checkpoint.open(resource("/peft/gpt2"), Checkpoint.open(gpt2));
        assertThat(LinearHead.of(model, 48).weight().toFloats())
                .containsExactly(Safetensors.open(resource("/peft/gpt2/merged.safetensors"))
                        .tensor("score.weight")
                        .toFloats());
    }

    private static void assertMerged(ModelPool pool, String name, String prefix) {
        Map<String, Tensor> found = pool.experts().get(0).weights().entries();
        List<String> changed =
                Safetensors.open(resource("/peft/" + name + "/merged.safetensors")).slots().keySet().stream()
                        .filter(key -> !key.equals("score.weight"))
                        .toList();
        assertThat(changed).hasSizeGreaterThan(1);
        for (String key : changed) {
            float[] expected = Safetensors.open(resource("/peft/" + name + "/merged.safetensors"))
                    .tensor(key)
                    .toFloats();
            assertThat(found.get(key.substring(prefix.length())).toFloats())
                    .as(key)
                    .containsExactly(expected, Offset.offset(1e-6f));
        }
    }
}
