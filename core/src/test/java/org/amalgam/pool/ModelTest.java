package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.model.clip.ClipVisionConfig;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ModelTest {

    private static final String WEIGHT = "vision_model.encoder.layers.1.mlp.fc1.weight";
    private static final String BIAS = "vision_model.encoder.layers.1.mlp.fc1.bias";

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private Path clip;
    private Path expert;
    private float[] bias;

    @BeforeEach
    void makeModels() {
        clip = TinyModels.clip(temporary.resolve("clip"), 1);
        expert = TinyModels.expert(temporary.resolve("birds"), clip, 2);
        bias = TinyModels.tensors(expert).get(BIAS).toFloats();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Model open(Path folder) {
        Checkpoint checkpoint = Checkpoint.open(folder);
        return Model.of(
                        "birds",
                        checkpoint,
                        TinyModels.architecture().parameters(),
                        new ClipFamily().naming(checkpoint, TinyModels.architecture()))
                .checked();
    }

    private void refuses(String... parts) {
        assertThatThrownBy(() -> open(expert))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll(parts);
    }

    private void change(String name, HostTensor tensor) {
        TinyModels.change(expert, tensors -> {
            tensors.put(name, tensor);
            return tensors;
        });
    }

    @Test
    void mapsATowerAndAFullModelInTheNetworksOrder() {
        Model tower = open(expert);
        assertThat(tower.weights().names())
                .hasSize(3 + 2 + 2 * 16 + 2)
                .startsWith("vision_model.embeddings.class_embedding")
                .endsWith("vision_model.post_layernorm.bias");
        assertThat(tower.weights().get(BIAS).toFloats()).containsExactly(bias);
        Model full = open(clip);
        assertThat(full.weights().names()).isEqualTo(tower.weights().names());
        assertThat(full.weights().get(BIAS).toFloats())
                .containsExactly(TinyModels.tensors(clip).get(BIAS).toFloats());
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.vision_model.", "clip.vision_model.", "vision_model.vision_model.", ""})
    void findsATowerUnderEveryPrefixThatTransformersWrites(String prefix) {
        TinyModels.rename(expert, name -> prefix + name.substring(ClipVisionConfig.PREFIX.length()));
        Model model = open(expert);
        assertThat(model.weights().names()).isEqualTo(open(clip).weights().names());
        assertThat(model.weights().get(BIAS).toFloats()).containsExactly(bias);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.", "clip."})
    void findsTheTowerInAFullModelUnderAPrefix(String prefix) {
        float[] before = TinyModels.tensors(clip).get(BIAS).toFloats();
        TinyModels.rename(clip, name -> prefix + name);
        assertThat(open(clip).weights().get(BIAS).toFloats()).containsExactly(before);
    }

    @Test
    void readsShards() throws IOException {
        Map<String, HostTensor> first = new LinkedHashMap<>();
        Map<String, HostTensor> second = new LinkedHashMap<>();
        StringBuilder index = new StringBuilder();
        TinyModels.tensors(expert).forEach((name, tensor) -> {
            boolean even = first.size() == second.size();
            (even ? first : second).put(name, tensor);
            index.append(index.isEmpty() ? "" : ", ")
                    .append("\"%s\": \"model-0000%d-of-00002.safetensors\"".formatted(name, even ? 1 : 2));
        });
        SafetensorsWriter.write(expert.resolve("model-00001-of-00002.safetensors"), first);
        SafetensorsWriter.write(expert.resolve("model-00002-of-00002.safetensors"), second);
        Files.writeString(expert.resolve("model.safetensors.index.json"), "{\"weight_map\": {%s}}".formatted(index));
        Files.delete(expert.resolve("model.safetensors"));
        assertThat(open(expert).weights().get(BIAS).toFloats()).containsExactly(bias);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F16", "BF16", "F64"})
    void keepsTheFilesOwnType(DType type) {
        TinyModels.change(expert, tensors -> {
            tensors.replaceAll((name, tensor) -> type == DType.F64
                    ? HostTensor.ofDoubles(tensor.toDoubles(), TinyModels.shape(tensor))
                    : HostTensor.ofRounded(type, tensor.toFloats(), TinyModels.shape(tensor)));
            return tensors;
        });
        Tensor read = open(expert).weights().get(BIAS);
        assertThat(read.dtype()).isEqualTo(type);
        assertThat(read.toFloats()).containsExactly(bias, Offset.offset(4e-3f));
    }

    @Test
    void passesOverTheBufferOfPositions() {
        change("vision_model.embeddings.position_ids", HostTensor.ofLongs(new long[] {0, 1, 2, 3, 4}, 1, 5));
        assertThat(open(expert).weights().names()).doesNotContain("vision_model.embeddings.position_ids");
    }

    @Test
    void refusesAMissingTensor() {
        TinyModels.change(expert, tensors -> {
            tensors.remove(BIAS);
            return tensors;
        });
        refuses(expert.toString(), "no tensor " + BIAS, "config.json");
    }

    @Test
    void refusesAnExtraTensor() {
        change("vision_model.encoder.layers.2.mlp.fc1.bias", HostTensor.ofFloats(bias, 16));
        refuses(expert.toString(), "vision_model.encoder.layers.2.mlp.fc1.bias is not in", "config.json");
        for (int i = 3; i < 8; i++) {
            change("vision_model.encoder.layers." + i + ".mlp.fc1.bias", HostTensor.ofFloats(bias, 16));
        }
        refuses(" and 3 more are not in the ancestor's architecture");
    }

    @Test
    void refusesATensorOfAnotherShape() {
        change(WEIGHT, HostTensor.ofFloats(new float[17 * 8], 17, 8));
        refuses(expert.resolve("model.safetensors") + ": " + WEIGHT, "[17, 8]", "[16, 8]", "config.json");
    }

    @Test
    void refusesIntegers() {
        change(BIAS, HostTensor.ofLongs(new long[16], 16));
        refuses(expert.resolve("model.safetensors") + ": " + BIAS, "I64", "floating-point", "save the model again");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void refusesWhatIsNoNumber(float value) {
        bias[5] = value;
        change(BIAS, HostTensor.ofFloats(bias, 16));
        refuses(expert.resolve("model.safetensors") + ": " + BIAS, "NaN or infinity", "damaged");
    }

    @Test
    void refusesAModelOfAnotherKind() {
        TinyModels.rename(expert, name -> "bert." + name.substring(ClipVisionConfig.PREFIX.length()));
        refuses(expert.toString(), "no tensor begins with vision_model.embeddings.", "found bert.");
    }

    @Test
    void aPoolNamesTheModelThatDoesNotFit() {
        Path other = TinyModels.expert(temporary.resolve("cars"), clip, 3);
        TinyModels.change(other, tensors -> {
            tensors.remove(BIAS);
            return tensors;
        });
        Map<String, Path> experts = new LinkedHashMap<>();
        experts.put("birds", expert);
        experts.put("cars", other);
        assertThatThrownBy(() -> ModelPool.open(clip, experts))
                .isInstanceOf(AmalgamException.class)
                .hasMessageStartingWith(other.toString());
        assertThatThrownBy(() -> ModelPool.open(clip, Map.of()))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("modelpool.models")
                .hasMessageContaining("add at least one");
        assertThatThrownBy(() -> ModelPool.open(clip, Map.of("birds", expert)).adaptationTasks())
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("modelpool.test_datasets");
        assertThatThrownBy(() ->
                        ModelPool.open(clip, Map.of("birds", expert), List::of).trainingTasks())
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("modelpool.train_datasets");
    }
}
