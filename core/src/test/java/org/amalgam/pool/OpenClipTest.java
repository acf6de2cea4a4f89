package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFolder;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.TorchFile;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.OpenClipModels;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.model.LinearSpec;
import org.amalgam.model.openclip.OpenClipVision;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.LazyWeights;
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
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** An OpenCLIP model made of a CLIP model of transformers is the same function. */
class OpenClipTest {

    private static final Offset<Float> EQUAL = Offset.offset(1e-5f);
    private static final List<String> NAMES = List.of("owl", "wren", "great tit");
    private static final List<String> TEMPLATES = List.of("a photo of a {}.", "a drawing of a {}.");

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private Path clip;
    private Path full;

    @BeforeEach
    void makeModels() {
        clip = TinyModels.clip(temporary.resolve("clip"), 1);
        full = OpenClipModels.full(temporary.resolve("full"), clip, TinyModels.IMAGE, 4, 2);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static ModelPool pool(Path ancestor) {
        return ModelPool.open(ancestor, Map.of("birds", ancestor));
    }

    private static Tensor features(Path model, Tensor images) {
        ModelPool pool = pool(model);
        return pool.architecture()
                .encoder(pool.ancestor().weights().map((name, tensor) -> tensor.to(DType.F32)))
                .features(images);
    }

    private static Tensor images() {
        return NoiseTask.noise(new Random(3), 5, 3, TinyModels.IMAGE, TinyModels.IMAGE);
    }

    private ZeroShotHead clipHead() {
        return ClipHeads.open(clip, temporary.resolve("cache")).head(NAMES, TEMPLATES);
    }

    private Head head(Path source, Path encoder) {
        return ClipHeads.open(source, temporary.resolve("cache"))
                .head(NAMES, TEMPLATES, Families.architecture(encoder).features());
    }

    /** An image encoder file with what {@code change} makes of its tensors. */
    private Path encoder(String name, UnaryOperator<Map<String, HostTensor>> change) {
        try {
            Path folder = Files.createDirectories(temporary.resolve(name));
            Map<String, HostTensor> tensors = OpenClipModels.imageEncoder(TinyModels.tensors(full));
            TorchFile.writeStateDict(folder.resolve("encoder.pt"), change.apply(new LinkedHashMap<>(tensors)));
            Files.copy(full.resolve("open_clip_config.json"), folder.resolve("open_clip_config.json"));
            return folder.resolve("encoder.pt");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void refuses(Path model, String... parts) {
        assertThatThrownBy(() -> pool(model))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void featuresAreThoseOfTheModelThatItWasMadeOf() {
        Tensor projected =
                Functional.linear(features(clip, images()), clipHead().projection());
        assertThat(projected.shape()).containsExactly(5, TinyModels.PROJECTION);
        assertThat(features(full, images()).toFloats()).containsExactly(projected.toFloats(), EQUAL);
        assertThat(features(encoder("encoder", tensors -> tensors), images()).toFloats())
                .containsExactly(projected.toFloats(), EQUAL);
    }

    @Test
    void zeroShotHeadsAreThoseOfTheModelThatItWasMadeOf() {
        float[] expected = clipHead().logits(features(clip, images())).toFloats();
        Path alone = encoder("encoder", tensors -> tensors);
        for (Path source : List.of(full, clip)) {
            assertThat(head(source, full).logits(features(full, images())).toFloats())
                    .as(source + " judges OpenCLIP")
                    .containsExactly(expected, EQUAL);
            assertThat(head(source, alone).logits(features(alone, images())).toFloats())
                    .as(source + " judges an image encoder")
                    .containsExactly(expected, EQUAL);
            assertThat(head(source, clip).logits(features(clip, images())).toFloats())
                    .as(source + " judges CLIP")
                    .containsExactly(expected, EQUAL);
        }
        assertThat(Families.speaks(full)).isTrue();
        assertThat(Families.speaks(alone)).isFalse();
        assertThatThrownBy(() -> head(alone, alone))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll("encoder.pt", "no text transformer", "taskpool.clip_model");
    }

    @Test
    void aTokenizerThatIsMissingIsNamed() throws IOException {
        Files.delete(full.resolve("tokenizer.json"));
        assertThatThrownBy(() -> head(full, full))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll(full.toString(), "no tokenizer", "vocab.json");
    }

    @Test
    void theTextRemainsOfAnImageEncoderAreMergedInModuleOrder() {
        List<String> names = pool(encoder("encoder", tensors -> tensors))
                .ancestor()
                .weights()
                .names();
        assertThat(names)
                .hasSize(3 + 4 + 2 + 2 * 12 + 2 + 3)
                .startsWith(
                        "positional_embedding",
                        "text_projection",
                        "logit_scale",
                        "visual.class_embedding",
                        "visual.positional_embedding",
                        "visual.proj",
                        "visual.conv1.weight",
                        "visual.ln_pre.weight",
                        "visual.ln_pre.bias",
                        "visual.transformer.resblocks.0.ln_1.weight")
                .endsWith("visual.ln_post.bias", "token_embedding.weight", "ln_final.weight", "ln_final.bias");
        assertThat(pool(full).ancestor().weights().names())
                .as("of a full model the image encoder alone is merged")
                .hasSize(4 + 2 + 2 * 12 + 2)
                .allMatch(name -> name.startsWith("visual."));
    }

    @Test
    void linearMapsAreThoseWithANameOfTheirOwn() {
        assertThat(Families.architecture(full).linears())
                .extracting(LinearSpec::name)
                .startsWith(
                        "visual.transformer.resblocks.0.attn.out_proj",
                        "visual.transformer.resblocks.0.mlp.c_fc",
                        "visual.transformer.resblocks.0.mlp.c_proj")
                .hasSize(6);
    }

    @Test
    void whatIsSavedHasTheAncestorsNamesAndOpensAgain() throws IOException {
        Path alone = encoder("encoder", tensors -> tensors);
        for (Path ancestor : List.of(full, alone)) {
            ModelPool pool = pool(ancestor);
            Weights halved = pool.mergeEach(
                    (name, theta, experts) -> theta.add(experts.get(0)).mul(0.25));
            Path saved = temporary.resolve("saved-" + ancestor.getFileName());
            AtomicFolder.write(saved, folder -> pool.writer().save(halved, folder));
            Map<String, HostTensor> before =
                    ancestor.equals(full) ? TinyModels.tensors(full) : TorchFile.readStateDict(ancestor);
            Map<String, HostTensor> after = TinyModels.tensors(saved);
            assertThat(after.keySet()).containsExactlyInAnyOrderElementsOf(before.keySet());
            before.forEach((name, tensor) -> {
                boolean merged = ancestor.equals(alone) || name.startsWith("visual.");
                float[] expected = tensor.toFloats();
                for (int i = 0; merged && i < expected.length; i++) {
                    expected[i] *= 0.5f;
                }
                assertThat(after.get(name).toFloats()).as(name).containsExactly(expected);
            });
            assertThat(saved.resolve("open_clip_config.json")).exists();
            assertThat(pool(saved).architecture()).isEqualTo(pool.architecture());
            assertThat(Families.speaks(saved)).isEqualTo(ancestor.equals(full));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"float32", "bfloat16"})
    void integersThatAreCarriedStayWhatTheyAre(String dtype) throws IOException {
        String name = "text.transformer.embeddings.position_ids";
        HostTensor positions = HostTensor.ofLongs(new long[] {0, 1, 2}, 1, 3);
        TinyModels.change(full, tensors -> {
            tensors.put(name, positions);
            return tensors;
        });
        ModelPool pool = pool(full);
        Path saved = temporary.resolve("saved");
        FileFormat format = new FileFormat(Optional.of(dtype), Long.MAX_VALUE, false);
        AtomicFolder.write(saved, folder -> pool.writer()
                .save(LazyWeights.of(pool.ancestor().weights()), folder, format, Crew.ALONE));
        HostTensor carried = TinyModels.tensors(saved).get(name);
        assertThat(carried.dtype()).isEqualTo(DType.I64);
        assertThat(carried.data()).isEqualTo(positions.data());
    }

    @Test
    void aTrainingScriptsFileIsRead() throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("training"));
        Map<String, HostTensor> state = new LinkedHashMap<>();
        TinyModels.tensors(full).forEach((name, tensor) -> state.put("module." + name, tensor));
        TorchFile.writeStateDict(folder.resolve("open_clip_pytorch_model.bin"), state);
        Files.copy(full.resolve("open_clip_config.json"), folder.resolve("open_clip_config.json"));
        assertThat(features(folder, images()).toFloats())
                .containsExactly(features(full, images()).toFloats());
    }

    @Test
    void headsAreOfWidth64UnlessTheConfigurationSaysOtherwise() throws IOException {
        float[] before = features(full, images()).toFloats();
        Files.delete(full.resolve("open_clip_config.json"));
        refuses(full, "open_clip_config.json", "the width 8 is not a multiple of 64", "vision_cfg.head_width");
        Files.writeString(
                full.resolve("open_clip_config.json"), "{\"vision_cfg\": {\"head_width\": 8}, \"quick_gelu\": false}");
        assertThat(features(full, images()).toFloats())
                .as("other heads and another activation are another network")
                .isNotEqualTo(before);
        OpenClipVision read = (OpenClipVision) Families.architecture(full);
        assertThat(read.blocks().heads()).isEqualTo(1);
        assertThat(read.blocks().activation()).hasToString("GELU");
        assertThat(read.imageSize()).isEqualTo(TinyModels.IMAGE);
    }

    private List<String> network(Path expert) {
        return Compatibility.of(full, Map.of("birds", expert)).conflicts().stream()
                .filter(conflict -> conflict.kind() == Conflict.Kind.NETWORK)
                .map(Conflict::cause)
                .toList();
    }

    /** The merged network computes as the ancestor does: what an expert says against it is a conflict, silence is none. */
    @Test
    void anExpertIsComputedAsTheAncestorOrSaysOtherwise() throws IOException {
        Path expert = OpenClipModels.full(temporary.resolve("expert"), clip, TinyModels.IMAGE, 4, 2);
        assertThat(network(expert)).isEmpty();
        Path file = expert.resolve("open_clip_config.json");
        String text = Files.readString(file);
        Files.writeString(file, text.replace("\"quick_gelu\": true", "\"quick_gelu\": false"));
        assertThat(network(expert))
                .containsExactly(file + ": quick_gelu is false, expected true as the ancestor's configuration says");
        Files.writeString(file, text.replace("\"head_width\": 4", "\"head_width\": 8"));
        assertThat(network(expert))
                .containsExactly(
                        file + ": vision_cfg.head_width is 8, expected 4 as the ancestor's configuration says");
        // Heads of width 64, which are meant without the file, do not fit this width.
        Files.delete(file);
        assertThat(Compatibility.of(full, Map.of("birds", expert)).conflicts()).isEmpty();
    }

    @Test
    void imagesArePreparedAsTheConfigurationSaysOrAsOpenAiDoes() throws IOException {
        String clips = Families.imageProcessor(clip).fingerprint();
        assertThat(Families.imageProcessor(full).fingerprint()).isEqualTo(clips);
        Path settings = full.resolve("open_clip_config.json");
        String text = Files.readString(settings);
        Files.writeString(settings, text.replace("0.48145466", "0.5"));
        assertThat(Families.imageProcessor(full).fingerprint()).isNotEqualTo(clips);
        Files.writeString(settings, text.replace("\"shortest\"", "\"squash\""));
        assertThatThrownBy(() -> Families.imageProcessor(full))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll(settings.toString(), "resize_mode is squash", "expected shortest");
    }

    @Test
    void refusesWhatIsNoSuchModel() {
        refuses(
                encoder("a", tensors -> without(tensors, "model.visual.proj")),
                "encoder.pt",
                "no tensor visual.proj",
                "OpenCLIP");
        refuses(
                encoder("b", tensors -> without(tensors, "model.visual.ln_post.bias")),
                "encoder.pt",
                "no tensor visual.ln_post.bias");
        refuses(
                encoder("c", tensors -> {
                    tensors.put("model.visual.positional_embedding", HostTensor.ofFloats(new float[48], 6, 8));
                    return tensors;
                }),
                "visual.positional_embedding has 5 patches",
                "2 times 2");
        refuses(
                encoder("d", tensors -> {
                    tensors.put("model.visual.ln_pre.bias", HostTensor.ofFloats(new float[9], 9));
                    return tensors;
                }),
                "encoder.pt: model.visual.ln_pre.bias has shape [9]",
                "[8]");
        refuses(
                encoder("e", tensors -> {
                    tensors.put("model.visual.attn_pool.query", HostTensor.ofFloats(new float[9], 9));
                    return tensors;
                }),
                "visual.attn_pool.query is not in");
    }

    @Test
    void refusesHeadsOfAnotherWidthAndExpertsOfAnotherFamily() {
        assertThatThrownBy(() -> ModelPool.open(full, Map.of("birds", clip)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll(clip.toString(), "no tensor begins with visual.", "OpenCLIP model");
        assertThatThrownBy(() -> ModelPool.open(clip, Map.of("birds", full)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll(full.toString(), "no tensor begins with vision_model.", "CLIPVisionModel");
        Path narrow = encoder("f", tensors -> {
            tensors.put("model.visual.proj", HostTensor.ofFloats(new float[40], 8, 5));
            tensors.put("model.text_projection", HostTensor.ofFloats(new float[40], 8, 5));
            return tensors;
        });
        assertThatThrownBy(() -> head(clip, narrow))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll("taskpool.clip_model", clip.toString(), "width 6", "give 5");
    }

    /** The files that the command line's tests run on are what the conversion makes of the golden models. */
    @ParameterizedTest
    @ValueSource(strings = {"base", "task_0", "task_1"})
    void theMiniModelsAreTheGoldenOnes(String name) throws URISyntaxException {
        Map<String, HostTensor> expected = OpenClipModels.of(TinyModels.tensors(resource("/golden/mini/" + name)));
        Map<String, HostTensor> got = TinyModels.tensors(resource("/openclip/" + name));
        assertThat(got.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        expected.forEach((tensor, values) -> {
            assertThat(got.get(tensor).shape()).as(tensor).isEqualTo(values.shape());
            assertThat(got.get(tensor).toFloats()).as(tensor).containsExactly(values.toFloats());
        });
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(
                Objects.requireNonNull(OpenClipTest.class.getResource(name)).toURI());
    }

    private static Map<String, HostTensor> without(Map<String, HostTensor> tensors, String name) {
        tensors.remove(name);
        return tensors;
    }
}
