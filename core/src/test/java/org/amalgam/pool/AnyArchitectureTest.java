package org.amalgam.pool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.checkpoint.AtomicFolder;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.fixtures.TinyLlama;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.method.Method;
import org.amalgam.method.MethodCatalogue;
import org.amalgam.method.StaticMethod;
import org.amalgam.run.Run;
import org.amalgam.run.Workers;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every static method on models with a Qwen's names: biases and norms of queries, tied embeddings, matrices in bfloat16, norms in
 * float32 and one in float16, buffers of whole numbers in two types, in shards, with a tokenizer of many files.
 */
class AnyArchitectureTest {

    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String HEAD = "lm_head.weight";
    private static final String QUERY_NORM = "model.layers.1.self_attn.q_norm.weight";
    private static final List<String> BUFFERS = List.of("model.position_ids", "model.layers.0.self_attn.window");
    private static final List<String> CARRIED = List.of(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "tokenizer.model",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "chat_template.jinja",
            "modeling_own.py",
            "LICENSE");
    private static final List<String> LEFT =
            List.of("README.md", "optimizer.pt", "training_args.bin", "other.safetensors.index.json", ".hidden.json");

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private final Map<String, Path> experts = new LinkedHashMap<>();
    private Path base;

    @BeforeEach
    void makeModels() throws IOException {
        base = TinyLlama.writeShards(temporary.resolve("base"), tensors(1), config(), 700);
        for (String name : CARRIED) {
            if (!name.equals("config.json")) {
                Files.writeString(base.resolve(name), "this is " + name);
            }
        }
        for (String name : LEFT) {
            Files.writeString(base.resolve(name), "not this");
        }
        experts.put("a", TinyLlama.writeShards(temporary.resolve("a"), tensors(2), config(), 500));
        Map<String, HostTensor> both = tensors(3);
        both.put(HEAD, both.get(EMBEDDING));
        experts.put("b", TinyLlama.write(temporary.resolve("b"), both, config()));
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static String config() {
        return """
                {"model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"], "vocab_size": 13, "torch_dtype": "bfloat16",
                 "tie_word_embeddings": true}
                """;
    }

    private static Map<String, HostTensor> tensors(long seed) {
        Random random = new Random(seed);
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        tensors.put(EMBEDDING, floats(random, DType.BF16, 13, 8));
        for (int layer = 0; layer < 2; layer++) {
            String block = "model.layers." + layer + ".";
            for (String map : List.of("q_proj", "k_proj", "v_proj")) {
                tensors.put(block + "self_attn." + map + ".weight", floats(random, DType.BF16, 4, 8));
                tensors.put(block + "self_attn." + map + ".bias", floats(random, DType.BF16, 4));
            }
            tensors.put(block + "self_attn.o_proj.weight", floats(random, DType.BF16, 8, 4));
            tensors.put(block + "self_attn.q_norm.weight", floats(random, DType.F16, 4));
            for (String map : List.of("gate_proj", "up_proj")) {
                tensors.put(block + "mlp." + map + ".weight", floats(random, DType.BF16, 12, 8));
            }
            tensors.put(block + "mlp.down_proj.weight", floats(random, DType.BF16, 8, 12));
            tensors.put(block + "input_layernorm.weight", floats(random, DType.F32, 8));
        }
        tensors.put("model.norm.weight", floats(random, DType.F32, 8));
        tensors.put(BUFFERS.get(0), HostTensor.ofLongs(new long[] {0, 1, 2}, 3));
        tensors.put(BUFFERS.get(1), HostTensor.ofLongs(new long[] {7}));
        return tensors;
    }

    private static HostTensor floats(Random random, DType type, long... shape) {
        int count = 1;
        for (long length : shape) {
            count *= (int) length;
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return rounded(type, values, shape);
    }

    private static HostTensor rounded(DType type, float[] values, long... shape) {
        return type == DType.F32 ? HostTensor.ofFloats(values, shape) : HostTensor.ofRounded(type, values, shape);
    }

    static Stream<String> staticMethods() {
        return MethodCatalogue.ENTRIES.stream()
                .filter(entry -> StaticMethod.class.isAssignableFrom(entry.type()))
                .map(MethodCatalogue.Entry::name);
    }

    private static Method method(String name) {
        return bound(MethodCatalogue.find(name).orElseThrow());
    }

    private static <M extends Record & Method> M bound(MethodCatalogue.Entry<M> entry) {
        return Settings.bind(entry.type(), Map.of());
    }

    private Path merged(String method) {
        ModelPool pool =
                ModelPool.mapped(base, experts, ModelPool.none("test_datasets"), ModelPool.none("train_datasets"));
        Path folder = temporary.resolve("merged");
        try (Workers workers = Workers.of(2)) {
            LazyWeights merged = ((StaticMethod) method(method)).merged(pool, Run.quiet(0, temporary));
            FileFormat format = new FileFormat(Optional.empty(), 600, false);
            AtomicFolder.write(folder, partial -> pool.writer().save(merged, partial, format, workers));
            assertThat(pool.writer().savedBytes(format))
                    .isEqualTo(Checkpoint.open(folder).bytes());
        }
        return folder;
    }

    @ParameterizedTest
    @MethodSource("staticMethods")
    void keepsNamesTypesBuffersAndFiles(String method) throws IOException {
        Path folder = merged(method);
        Map<String, HostTensor> before = TinyModels.tensors(base);
        Map<String, HostTensor> after = TinyModels.tensors(folder);
        assertThat(after.keySet()).containsExactlyInAnyOrderElementsOf(before.keySet());
        before.forEach((name, tensor) -> {
            assertThat(after.get(name).dtype()).as(name).isEqualTo(tensor.dtype());
            assertThat(after.get(name).shape()).as(name).isEqualTo(tensor.shape());
        });
        BUFFERS.forEach(name -> assertThat(after.get(name)).as(name).isEqualTo(before.get(name)));
        assertThat(after).doesNotContainKey(HEAD);
        assertThat(after.get(EMBEDDING)).isNotEqualTo(before.get(EMBEDDING));

        JsonNode index = new ObjectMapper()
                .readTree(folder.resolve("model.safetensors.index.json").toFile())
                .path("weight_map");
        assertThat(index).hasSize(before.size());
        for (String name : CARRIED) {
            assertThat(folder.resolve(name)).as(name).hasSameBinaryContentAs(base.resolve(name));
        }
        assertThat(LEFT).noneMatch(name -> Files.exists(folder.resolve(name)));
    }

    @Test
    void valuesAreRoundedOnceToEachTensorsOwnType() {
        Map<String, HostTensor> got = TinyModels.tensors(merged("simple_average"));
        for (String name :
                List.of(EMBEDDING, QUERY_NORM, "model.norm.weight", "model.layers.1.self_attn.k_proj.bias")) {
            float[] a = tensors(2).get(name).toFloats();
            float[] b = tensors(3).get(name).toFloats();
            float[] mean = new float[a.length];
            for (int i = 0; i < a.length; i++) {
                mean[i] = 0.5f * a[i] + 0.5f * b[i];
            }
            HostTensor expected = rounded(
                    tensors(1).get(name).dtype(),
                    mean,
                    TinyModels.shape(tensors(1).get(name)));
            assertThat(got.get(name)).as(name).isEqualTo(expected);
        }
    }
}
