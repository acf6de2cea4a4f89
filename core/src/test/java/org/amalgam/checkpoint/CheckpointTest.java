package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CheckpointTest {

    private static final HostTensor ONE = HostTensor.ofFloats(new float[] {1}, 1);
    private static final HostTensor TWO = HostTensor.ofFloats(new float[] {2, 2}, 2);

    @TempDir
    Path folder;

    @Test
    void opensAFolderAndItsConfig() throws IOException {
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of("a", ONE));
        Files.writeString(folder.resolve("config.json"), "{\"hidden_size\": 3}");
        Checkpoint checkpoint = Checkpoint.open(folder);

        assertThat(checkpoint.slots().keySet()).containsExactly("a");
        assertThat(checkpoint.folder()).isEqualTo(folder);
        assertThat(checkpoint.bytes()).isEqualTo(4);
        assertThat(checkpoint.config().path("hidden_size").asInt()).isEqualTo(3);
        assertThat(checkpoint.sha256()).isEqualTo(Hashes.sha256(folder.resolve("model.safetensors")));
    }

    @Test
    void opensASingleFile() {
        Path file = folder.resolve("some.safetensors");
        SafetensorsWriter.write(file, Map.of("a", ONE));

        assertThat(Checkpoint.open(file).slots()).containsOnlyKeys("a");
        assertThat(Checkpoint.open(file).folder()).isEqualTo(folder);
        refuses("[some.safetensors]. Give the path of the file");
    }

    @Test
    void opensShardsInTheOrderOfTheIndex() throws IOException {
        shards();
        index("{\"weight_map\": {\"b\": \"2.safetensors\", \"a\": \"1.safetensors\"}}");
        Checkpoint checkpoint = Checkpoint.open(folder);

        assertThat(checkpoint.slots().keySet()).containsExactly("b", "a");
        assertThat(checkpoint.slots().get("b").tensor()).isEqualTo(TWO);
        assertThat(checkpoint.bytes()).isEqualTo(12);
        assertThat(checkpoint.files())
                .containsExactly(folder.resolve("1.safetensors"), folder.resolve("2.safetensors"));
        assertThat(checkpoint.sha256())
                .isEqualTo(Hashes.sha256(folder.resolve("1.safetensors"), folder.resolve("2.safetensors")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../1.safetensors",
                "/1.safetensors",
                "sub/1.safetensors",
                "..\\\\1.safetensors",
                "C:1.safetensors",
                "..",
                "",
                "1.bin"
            })
    void refusesAShardThatLeavesTheFolder(String shard) throws IOException {
        shards();
        index("{\"weight_map\": {\"a\": \"" + shard + "\", \"b\": \"2.safetensors\"}}");
        refuses("expected the plain name of a .safetensors file in the same folder");
    }

    @Test
    void refusesAnIndexThatDoesNotMatchItsShards() throws IOException {
        shards();
        index("{\"weight_map\": {\"a\": \"1.safetensors\", \"b\": \"3.safetensors\"}}");
        refuses("shard 3.safetensors is missing");
        index("{\"weight_map\": {\"a\": \"2.safetensors\"}}");
        refuses("expects tensor a in 2.safetensors, which does not hold it");
        SafetensorsWriter.write(folder.resolve("2.safetensors"), Map.of("a", ONE, "b", TWO));
        index("{\"weight_map\": {\"a\": \"2.safetensors\"}}");
        refuses("does not list tensor b, which 2.safetensors holds");
        index("{\"weight_map\": {\"a\": \"1.safetensors\", \"b\": \"2.safetensors\"}}");
        refuses("tensor a lies both in 1.safetensors and in 2.safetensors");
    }

    @Test
    void refusesAnIndexThatIsNone() throws IOException {
        shards();
        index("{\"weight_map\": {\"a\": \"1.safetensors\", \"a\": \"2.safetensors\"}}");
        refuses("Duplicate field 'a'");
        index("{\"weight_map\": {}}");
        refuses("expected an object weight_map");
        index("{}");
        refuses("found none");
        index("{\"weight_map\": {\"a\": 1}}");
        refuses("tensor a has shard 1");
        index("[]");
        refuses("expected a JSON object");
        index("{");
        refuses("is not JSON in line 1");
        index("");
        refuses("is not JSON");
        index("{} {}");
        refuses("is not JSON");
    }

    @Test
    void saysWhatToDoWhereThereAreNoWeights() throws IOException {
        refuses("no weights. Is this a model folder?");
        Files.writeString(folder.resolve("other.pt"), "x");
        refuses("only [other.pt]. Give the path of the file instead of the folder");
        Files.writeString(folder.resolve("pytorch_model.bin"), "x");
        refuses("pytorch_model.bin: is no PyTorch archive");
        assertThatThrownBy(() -> Checkpoint.open(folder.resolve("absent")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("absent: no such file or folder");
    }

    @Test
    void namesAConfigThatIsMissingOrBroken() throws IOException {
        SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of("a", ONE));
        Checkpoint checkpoint = Checkpoint.open(folder);

        assertThatThrownBy(checkpoint::config)
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("has no config.json");
        Files.writeString(folder.resolve("config.json"), "{\"a\": 1,\n \"a\": 2}");
        assertThatThrownBy(checkpoint::config)
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("config.json: is not JSON in line 2: Duplicate field 'a'");
    }

    private void shards() {
        SafetensorsWriter.write(folder.resolve("1.safetensors"), Map.of("a", ONE));
        SafetensorsWriter.write(folder.resolve("2.safetensors"), Map.of("b", TWO));
    }

    private void index(String json) throws IOException {
        Files.writeString(folder.resolve("model.safetensors.index.json"), json);
    }

    private void refuses(String sentence) {
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(sentence);
    }
}
