package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** {@code lightning.ckpt} and {@code module.pt} were written by PyTorch 2.15; their classes are nowhere to be found. */
class ConversionTest {

    private static final Conversion.Options AS_IT_IS = new Conversion.Options(1L << 30, Optional.empty());

    @TempDir
    Path folder;

    private Path target() {
        return folder.resolve("out");
    }

    private static Map<String, HostTensor> tensors(Path model) {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        Checkpoint.open(model).slots().forEach((name, slot) -> tensors.put(name, slot.tensor()));
        return tensors;
    }

    @Test
    void takesTheModelOutOfATrainersCheckpoint() {
        Conversion conversion = Conversion.write(resource("lightning.ckpt"), target(), AS_IT_IS);

        Map<String, HostTensor> tensors = tensors(target());
        assertThat(tensors.keySet())
                .containsExactly(
                        "model.kept",
                        "model.emb.weight",
                        "model.norm.weight",
                        "model.norm.bias",
                        "model.norm.running_mean",
                        "model.norm.running_var",
                        "model.norm.num_batches_tracked",
                        "model.turned");
        assertThat(tensors.get("model.emb.weight").toFloats()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(tensors.get("model.turned").toFloats()).containsExactly(0, 3, 1, 4, 2, 5);
        assertThat(tensors.get("model.norm.num_batches_tracked").dtype()).isEqualTo(DType.I64);
        assertThat(conversion.tied()).containsExactly(Map.entry("model.head.weight", "model.emb.weight"));
        assertThat(conversion.leftOut()).contains("epoch", "optimizer_states", "hyper_parameters", "callbacks");
        assertThat(Safetensors.open(target().resolve("model.safetensors")).metadata())
                .containsEntry("model.head.weight", "model.emb.weight")
                .containsEntry("format", "pt");
    }

    @Test
    void namesTheTensorsOfAWholeModuleAsItsStateDictWould() {
        Conversion.write(resource("module.pt"), target(), AS_IT_IS);

        assertThat(tensors(target()).keySet())
                .containsExactlyInAnyOrder(
                        "emb.weight",
                        "norm.weight",
                        "norm.bias",
                        "norm.running_mean",
                        "norm.running_var",
                        "norm.num_batches_tracked",
                        "kept");
        assertThat(Checkpoint.open(resource("module.pt")).slots()).containsKeys("emb.weight", "head.weight");
    }

    @Test
    void carriesConfigurationAndTokenizerAlongAndNamesTheNewType() throws IOException {
        Path source = model(Map.of("w", HostTensor.ofFloats(new float[] {1, 0.1f, -65504}, 3)));
        Files.writeString(source.resolve("config.json"), "{\"model_type\": \"x\", \"torch_dtype\": \"float32\"}");
        Files.writeString(source.resolve("tokenizer.json"), "{}");
        Files.writeString(source.resolve("training_args.bin"), "no model");
        Files.writeString(source.resolve("trainer_state.json"), "{}");
        Files.writeString(source.resolve("LICENSE"), "free");

        Conversion conversion =
                Conversion.write(source, target(), new Conversion.Options(1 << 20, Optional.of(DType.F16)));

        assertThat(conversion.carried())
                .map(Path::toString)
                .containsExactly("LICENSE", "config.json", "tokenizer.json");
        HostTensor tensor = tensors(target()).get("w");
        assertThat(tensor).isEqualTo(HostTensor.ofRounded(DType.F16, new float[] {1, 0.1f, -65504}, 3));
        assertThat(Checkpoint.open(target()).config().path("torch_dtype").asText())
                .isEqualTo("float16");
        try (var files = Files.list(target())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("model.safetensors", "config.json", "tokenizer.json", "LICENSE");
        }
    }

    /** Two forms may hold two models: what is converted is what a run would merge. */
    @Test
    void takesTheFormThatARunTakes() throws IOException {
        Path source = Files.createDirectories(folder.resolve("in"));
        TorchFile.writeStateDict(
                source.resolve("pytorch_model.bin"), Map.of("a", HostTensor.ofFloats(new float[] {1}, 1)));
        TorchFile.writeStateDict(
                source.resolve("open_clip_pytorch_model.bin"), Map.of("a", HostTensor.ofFloats(new float[] {2}, 1)));
        assertThat(converted(source, "pickles")).containsExactly(2);
        SafetensorsWriter.write(
                source.resolve("shard.safetensors"), Map.of("a", HostTensor.ofFloats(new float[] {3}, 1)));
        Files.writeString(
                source.resolve("model.safetensors.index.json"), "{\"weight_map\": {\"a\": \"shard.safetensors\"}}");
        assertThat(converted(source, "shards")).containsExactly(3);
        SafetensorsWriter.write(
                source.resolve("model.safetensors"), Map.of("a", HostTensor.ofFloats(new float[] {4}, 1)));
        assertThat(converted(source, "one")).containsExactly(4);
    }

    private float[] converted(Path source, String name) {
        Conversion.write(source, folder.resolve(name), AS_IT_IS);
        float[] values = tensors(folder.resolve(name)).get("a").toFloats();
        assertThat(tensors(source).get("a").toFloats()).containsExactly(values);
        return values;
    }

    @Test
    void readsShardsAndWritesOthers() throws IOException {
        Path source = Files.createDirectories(folder.resolve("in"));
        Map<String, HostTensor> first = Map.of("a", HostTensor.ofFloats(new float[10], 10));
        Map<String, HostTensor> second = new LinkedHashMap<>();
        second.put("b", HostTensor.ofFloats(new float[30], 30));
        second.put("c", HostTensor.ofFloats(new float[] {1, 2}, 2));
        TorchFile.writeStateDict(source.resolve("p-1.bin"), first);
        TorchFile.writeStateDict(source.resolve("p-2.bin"), second);
        Files.writeString(
                source.resolve("pytorch_model.bin.index.json"),
                "{\"weight_map\": {\"a\": \"p-1.bin\", \"b\": \"p-2.bin\", \"c\": \"p-2.bin\"}}");

        Conversion conversion = Conversion.write(source, target(), new Conversion.Options(48, Optional.empty()));

        assertThat(conversion.files())
                .map(file -> file.getFileName().toString())
                .containsExactly(
                        "model-00001-of-00003.safetensors",
                        "model-00002-of-00003.safetensors",
                        "model-00003-of-00003.safetensors");
        assertThat(tensors(target()).keySet()).containsExactly("a", "b", "c");
        assertThat(tensors(target()).get("c").toFloats()).containsExactly(1, 2);

        Conversion.write(target(), folder.resolve("again.safetensors"), AS_IT_IS);
        assertThat(tensors(folder.resolve("again.safetensors"))).isEqualTo(tensors(target()));
    }

    /** By way of float32, 1 + 2^-8 + 2^-40 would become a tie, and 1. */
    @Test
    void roundsDoublesOnce() throws IOException {
        double[] values = {1 + 0x1p-8 + 0x1p-40, 1 + 0x1p-11 + 0x1p-40, -(1 + 0x1p-24 + 0x1p-50), 0x1.8p-149, 1e-300};
        double infinity = Double.NEGATIVE_INFINITY;
        Path source = model(Map.of(
                "w",
                HostTensor.ofDoubles(
                        new double[] {values[0], values[1], values[2], values[3], values[4], infinity, Double.NaN},
                        7)));
        Map<DType, double[]> expected = Map.of(
                DType.BF16, new double[] {1 + 0x1p-7, 1, -1, 0, 0, infinity, Double.NaN},
                DType.F16, new double[] {1 + 0x1p-8, 1 + 0x1p-10, -1, 0, 0, infinity, Double.NaN},
                DType.F32, new double[] {1 + 0x1p-8, 1 + 0x1p-11, -(1 + 0x1p-23), 0x1p-148, 0, infinity, Double.NaN});

        expected.forEach((type, rounded) -> {
            Path file = folder.resolve(type + ".safetensors");
            Conversion.write(source, file, new Conversion.Options(1 << 20, Optional.of(type)));
            assertThat(tensors(file).get("w").dtype()).isEqualTo(type);
            assertThat(tensors(file).get("w").toDoubles()).as(type.toString()).isEqualTo(rounded);
        });
    }

    @Test
    void makesNoInfinityOfANumber() throws IOException {
        Path source = model(Map.of("w", HostTensor.ofDoubles(new double[] {1, -1e39}, 2)));
        for (DType type : List.of(DType.F32, DType.F16, DType.BF16)) {
            refuses(
                    source,
                    new Conversion.Options(1 << 20, Optional.of(type)),
                    "w holds -1.0E39, which is beyond what " + type + " can hold; leave the type as it is");
        }
        TorchFile.writeStateDict(
                source.resolve("pytorch_model.bin"), Map.of("w", HostTensor.ofFloats(new float[] {0x1.ffp127f}, 1)));
        refuses(source, new Conversion.Options(1 << 20, Optional.of(DType.BF16)), "w holds 3.396", "beyond what BF16");
    }

    /** Digits are Arabic in Egypt, and no reader looks for such names. */
    @Test
    void namesOfShardsAreTheSameInEveryCountry() throws IOException {
        Path source =
                model(Map.of("a", HostTensor.ofFloats(new float[2], 2), "b", HostTensor.ofFloats(new float[2], 2)));
        Locale home = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            assertThat(Conversion.write(source, target(), new Conversion.Options(8, Optional.empty()))
                            .files())
                    .map(file -> file.getFileName().toString())
                    .containsExactly("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
        } finally {
            Locale.setDefault(home);
        }
    }

    @Test
    void leavesNothingWhereItCannotConvert() throws IOException {
        Path source = model(Map.of("w", HostTensor.ofFloats(new float[] {1e6f}, 1)));
        refuses(source, new Conversion.Options(1 << 20, Optional.of(DType.F16)), "w holds 1000000.0", "bfloat16");
        refuses(resource("evil.pt"), AS_IT_IS, "holds no tensor, only", "an object of class", "system");
        refuses(resource("legacy.pt"), AS_IT_IS, "bare pickle");
        refuses(folder.resolve("absent"), AS_IT_IS, "no such file");
        refuses(Files.createDirectories(folder.resolve("empty")), AS_IT_IS, "pytorch_model.bin", "found none");

        Path shards = Files.createDirectories(folder.resolve("shards"));
        Files.writeString(
                shards.resolve("pytorch_model.bin.index.json"), "{\"weight_map\": {\"a\": \"../../evil.bin\"}}");
        refuses(shards, AS_IT_IS, "plain name", "../../evil.bin");
        Files.createDirectories(target());
        assertThatThrownBy(() -> Conversion.write(source, target(), AS_IT_IS)).hasMessageContaining("exists already");
    }

    private void refuses(Path source, Conversion.Options options, String... parts) {
        assertThatThrownBy(() -> Conversion.write(source, target(), options))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll(parts);
        assertThat(target()).doesNotExist();
        assertThat(folder.toFile().list()).noneMatch(name -> name.endsWith(".partial"));
    }

    private Path model(Map<String, HostTensor> tensors) throws IOException {
        Path source = Files.createDirectories(folder.resolve("in"));
        TorchFile.writeStateDict(source.resolve("pytorch_model.bin"), tensors);
        return source;
    }

    private static Path resource(String name) {
        try {
            return Path.of(ConversionTest.class.getResource("/torch/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
