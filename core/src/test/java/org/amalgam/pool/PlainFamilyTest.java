package org.amalgam.pool;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFolder;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.fixtures.TinyLlama;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.merge.Sparsity.Extent;
import org.amalgam.method.StaticMethod;
import org.amalgam.method.TaskArithmetic;
import org.amalgam.method.TiesMerging;
import org.amalgam.run.Run;
import org.amalgam.run.Workers;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import static org.amalgam.fixtures.TinyLlama.BUFFER;
import static org.amalgam.fixtures.TinyLlama.EMBEDDING;
import static org.amalgam.fixtures.TinyLlama.HEAD;
import static org.amalgam.fixtures.TinyLlama.NORM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Models of which nothing is known but their tensors. */
class PlainFamilyTest {

    private static final StaticMethod METHOD = new TaskArithmetic(0.3);

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private final Map<String, Path> experts = new LinkedHashMap<>();
    private Path base;

    @BeforeEach
    void makeModels() {
        base = TinyLlama.write(temporary.resolve("base"), TinyLlama.tensors(1), TinyLlama.config(false));
        experts.put("a", TinyLlama.write(temporary.resolve("a"), TinyLlama.tensors(2), TinyLlama.config(false)));
        experts.put(
                "b", TinyLlama.writeShards(temporary.resolve("b"), TinyLlama.tensors(3), TinyLlama.config(false), 300));
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private ModelPool pool() {
        return ModelPool.mapped(base, experts, ModelPool.none("test_datasets"), ModelPool.none("train_datasets"));
    }

    private Path save(StaticMethod method, FileFormat format) {
        ModelPool pool = pool();
        Path folder = temporary.resolve("merged");
        try (Workers workers = Workers.of(2)) {
            LazyWeights merged = method.merged(pool, Run.quiet(0, temporary));
            AtomicFolder.write(folder, partial -> pool.writer().save(merged, partial, format, workers));
        }
        return folder;
    }

    private Path save() {
        return save(METHOD, FileFormat.OF_THE_FAMILY);
    }

    private void refuses(String... parts) throws IOException {
        assertThatThrownBy(this::save).isInstanceOf(AmalgamException.class).hasMessageContainingAll(parts);
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("base", "a", "b");
        }
    }

    private void change(Path folder, String name, HostTensor tensor) {
        TinyModels.change(folder, tensors -> {
            tensors.put(name, tensor);
            return tensors;
        });
    }

    @Test
    void mergesEachTensorInItsOwnTypeAndCarriesTheRest() throws IOException {
        Path merged = save();
        Map<String, HostTensor> got = TinyModels.tensors(merged);
        assertThat(got.keySet())
                .containsExactlyInAnyOrderElementsOf(TinyModels.tensors(base).keySet());
        assertThat(got.get(EMBEDDING).dtype()).isEqualTo(DType.BF16);
        assertThat(got.get(NORM).dtype()).isEqualTo(DType.F32);
        assertThat(got.get(BUFFER)).isEqualTo(TinyModels.tensors(base).get(BUFFER));
        float[] theta = TinyModels.tensors(base).get(NORM).toFloats();
        float[] a = TinyModels.tensors(experts.get("a")).get(NORM).toFloats();
        float[] b = TinyModels.tensors(experts.get("b")).get(NORM).toFloats();
        float[] norm = got.get(NORM).toFloats();
        for (int i = 0; i < theta.length; i++) {
            float sum = (a[i] - theta[i]) + (b[i] - theta[i]);
            assertThat(norm[i]).isEqualTo(theta[i] + sum * 0.3f);
        }
        try (Stream<Path> files = Files.list(merged)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "model.safetensors", "config.json", "generation_config.json", "tokenizer.model");
        }
        assertThat(merged.resolve("config.json")).hasSameTextualContentAs(base.resolve("config.json"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsStreamedIsWhatIsHeldToTheBit(boolean ties) throws IOException {
        StaticMethod method = ties ? new TiesMerging(0.7, 20, Extent.MODEL, "sum", List.of()) : METHOD;
        Path streamed = save(method, new FileFormat(Optional.of("float32"), 300, true));
        Weights held = method.merged(pool(), Run.quiet(0, temporary))
                .held(Run.quiet(0, temporary).workers());
        Map<String, HostTensor> got = TinyModels.tensors(streamed);
        held.entries()
                .forEach((name, tensor) ->
                        assertThat(got.get(name).data()).as(name).isEqualTo(tensor.toBytes()));
        assertThat(streamed.resolve("model.safetensors.index.json")).exists();
        assertThat(Checkpoint.open(streamed).files())
                .hasSizeGreaterThan(2)
                .allSatisfy(file -> assertThat(Files.size(file)).isLessThan(1500));
        assertThat(new ObjectMapper()
                        .readTree(streamed.resolve("config.json").toFile())
                        .path("torch_dtype")
                        .asText())
                .isEqualTo("float32");
        assertThat(got.get(BUFFER).dtype()).isEqualTo(DType.I64);
    }

    @Test
    void tiedWeightsAreMergedAndWrittenOnce() {
        base = TinyLlama.write(temporary.resolve("tied"), without(1, HEAD), TinyLlama.config(true));
        Map<String, HostTensor> both = TinyLlama.tensors(2);
        both.put(HEAD, both.get(EMBEDDING));
        TinyModels.write(experts.get("a"), both);
        experts.put("b", TinyLlama.write(temporary.resolve("c"), without(3, HEAD), TinyLlama.config(true)));
        assertThat(TinyModels.tensors(save())).containsKey(EMBEDDING).doesNotContainKey(HEAD);
    }

    @Test
    void anExpertThatIsNotTiedIsRefused() {
        base = TinyLlama.write(temporary.resolve("tied"), without(1, HEAD), TinyLlama.config(true));
        assertThatThrownBy(this::save)
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll(experts.get("a").toString(), HEAD, EMBEDDING, "differ", "tie_word_embeddings");
    }

    private static Map<String, HostTensor> without(long seed, String name) {
        Map<String, HostTensor> tensors = TinyLlama.tensors(seed);
        tensors.remove(name);
        return tensors;
    }

    @Test
    void otherWholeNumbersAreRefused() throws IOException {
        change(experts.get("a"), BUFFER, HostTensor.ofLongs(new long[] {0, 1, 2, 4}, 4));
        refuses(experts.get("a") + "/model.safetensors: " + BUFFER, "I64", "whole numbers cannot be merged");
    }

    @Test
    void aMatrixOfWholeNumbersIsNotMerged() throws IOException {
        change(experts.get("a"), NORM, HostTensor.ofLongs(new long[8], 8));
        refuses(experts.get("a") + "/model.safetensors: " + NORM, "I64", "floating-point");
    }

    @Test
    void aModelWithoutOneOfTheTensorsIsRefused() throws IOException {
        TinyModels.write(experts.get("a"), without(2, NORM));
        refuses(experts.get("a").toString(), "no tensor " + NORM, "model_type is llama", "same names");
    }

    @Test
    void vocabulariesOfTwoSizesAreRefused() throws IOException {
        TinyModels.text(
                experts.get("a").resolve("config.json"),
                TinyLlama.config(false).replace("\"vocab_size\": 13", "\"vocab_size\": 14"));
        refuses(experts.get("a") + "/config.json: vocab_size is 14", "the ancestor's is 13", "one vocabulary");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY})
    void whatIsNoNumberIsFoundWhileItIsReadAndNothingIsLeft(float value) throws IOException {
        float[] norm = TinyLlama.tensors(2).get(NORM).toFloats();
        norm[6] = value;
        change(experts.get("a"), NORM, HostTensor.ofFloats(norm, norm.length));
        refuses(experts.get("a") + "/model.safetensors: " + NORM, "NaN or infinity", "damaged");
    }

    @Test
    void aNetworkIsRefusedInOneSentence() {
        assertThatThrownBy(() -> Families.architecture(base).features())
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll(
                        base.resolve("config.json").toString(), "model_type is llama", "no network", "taskpool=dummy");
    }

    @Test
    void aLoneFileIsMergedToo() {
        base = base.resolve("model.safetensors");
        experts.replaceAll((name, folder) -> name.equals("a") ? folder.resolve("model.safetensors") : folder);
        assertThat(TinyModels.tensors(save())).containsKey(HEAD);
    }
}
