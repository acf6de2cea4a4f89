package org.amalgam.pool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFolder;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.merge.Coefficients;
import org.amalgam.merge.LinearMerge;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.DType;
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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ModelPoolTest {

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private Path clip;
    private Map<String, Path> experts;

    @BeforeEach
    void makeModels() {
        experts = TinyModels.family(temporary, 2);
        clip = temporary.resolve("clip");
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Weights merge(ModelPool pool) {
        return pool.mergeEach((name, ancestor, tensors) ->
                ancestor.add(tensors.get(0).sub(tensors.get(1)).mul(0.123)));
    }

    @Test
    void knowsItsTasksInTheOrderGiven() {
        ModelPool pool = ModelPool.open(clip, experts);
        assertThat(pool.tasks()).containsExactly("a", "b");
        assertThat(pool.taskVectors().tasks()).isEqualTo(2);
        String left = "vision_model.pre_layrnorm.bias";
        assertThat(pool.only(name -> !name.equals(left))
                        .taskVectors()
                        .ancestor()
                        .names())
                .doesNotContain(left)
                .hasSize(pool.ancestor().weights().names().size() - 1);
    }

    @Test
    void taskVectorsMadeAnewMergeAsHeldOnes() {
        ModelPool pool = ModelPool.open(clip, experts);
        LinearMerge anew = pool.spannedMerge(Crew.ALONE);
        Coefficients coefficients = Coefficients.filled(Coefficients.Granularity.LAYER, anew, 0.3);
        Weights held = pool.linearMerge(Crew.ALONE).merge(coefficients);
        anew.merge(coefficients).entries().forEach((name, tensor) -> assertThat(tensor.toFloats())
                .as(name)
                .containsExactly(held.get(name).toFloats(), Offset.offset(1e-6f)));
        assertThat(pool.holdsTaskVectors()).isTrue();
    }

    @Test
    void whatIsSavedOpensAgainAndIsTheSame() throws IOException {
        ModelPool pool = ModelPool.open(clip, experts);
        Weights merged = merge(pool);
        Path saved = temporary.resolve("saved");
        AtomicFolder.write(saved, folder -> pool.writer().save(merged, folder));
        ModelPool again = ModelPool.open(saved, Map.of("a", experts.get("a")));
        merged.entries().forEach((name, tensor) -> assertThat(
                        again.ancestor().weights().get(name).toBytes())
                .as(name)
                .isEqualTo(tensor.toBytes()));
        assertThat(again.architecture()).isEqualTo(pool.architecture());
        Tensor images = NoiseTask.noise(new Random(1), 2, 3, TinyModels.IMAGE, TinyModels.IMAGE);
        assertThat(again.architecture()
                        .encoder(again.ancestor().weights())
                        .features(images)
                        .toFloats())
                .containsExactly(
                        pool.architecture().encoder(merged).features(images).toFloats());
        JsonNode config =
                new ObjectMapper().readTree(saved.resolve("config.json").toFile());
        assertThat(config.path("architectures").path(0).asText()).isEqualTo("CLIPVisionModel");
        assertThat(config.has("text_config")).isFalse();
        try (Stream<Path> files = Files.list(saved)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("model.safetensors", "config.json", "preprocessor_config.json");
        }
    }

    @ParameterizedTest
    @CsvSource({"dtype,bfloat16,BF16", "torch_dtype,float16,F16", "dtype,float32,F32"})
    void savesInTheTypeThatTheAncestorsConfigurationNames(String key, String name, DType type) throws IOException {
        Path config = clip.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replace("\"dtype\": \"float32\"", "\"%s\": \"%s\"".formatted(key, name)));
        ModelPool pool = ModelPool.open(clip, experts);
        Weights merged = merge(pool);
        Path saved = temporary.resolve("saved");
        AtomicFolder.write(saved, folder -> pool.writer().save(merged, folder));
        String bias = "vision_model.post_layernorm.bias";
        HostTensor read = TinyModels.tensors(saved).get(bias);
        assertThat(read.dtype()).isEqualTo(type);
        assertThat(read.toFloats()).containsExactly(merged.get(bias).to(type).toFloats());
        assertThat(new ObjectMapper()
                        .readTree(saved.resolve("config.json").toFile())
                        .path(key)
                        .asText())
                .isEqualTo(name);
    }

    @Test
    void aFolderThatExistsIsRefusedAndAFailureLeavesNothing() throws IOException {
        ModelPool pool = ModelPool.open(clip, experts);
        Weights merged = merge(pool);
        assertThatThrownBy(
                        () -> AtomicFolder.write(clip, folder -> pool.writer().save(merged, folder)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(clip + ": exists already");
        Path saved = temporary.resolve("saved");
        assertThatThrownBy(() -> AtomicFolder.write(saved, folder -> {
                    pool.writer().save(merged, folder);
                    throw new IOException("the disk is full");
                }))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("the disk is full");
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("clip", "a", "b");
        }
    }
}
