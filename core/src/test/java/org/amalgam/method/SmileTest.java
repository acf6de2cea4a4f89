package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFolder;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.Safetensors;
import org.amalgam.checkpoint.SafetensorsFile;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.mixture.Mixture;
import org.amalgam.mixture.RoutingObserver;
import org.amalgam.model.ParameterSpec;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Whole towers upscaled, saved and read again. */
class SmileTest {

    private static final String FC1 = "vision_model.encoder.layers.1.mlp.fc1";

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private Map<String, Path> folders;
    private Tensor images;

    @BeforeEach
    void layOut() {
        folders = TinyModels.family(temporary, 3);
        images = NoiseTask.of(4, "a").get(0).batch(new int[] {0, 1, 2, 3}).inputs();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private ModelPool pool() {
        return ModelPool.open(temporary.resolve("clip"), folders);
    }

    private MergedModel merge(Map<String, Object> given) {
        Map<String, Object> settings = new HashMap<>(Map.of("gate_k", 2, "k", 3));
        settings.putAll(given);
        return Settings.bind(Smile.class, settings).merge(pool(), Run.quiet(0, temporary));
    }

    private float[] features(MergedModel model) {
        return model.network()
                .encoder(pool().architecture(), false, RoutingObserver.NONE)
                .features(images)
                .toFloats();
    }

    private static Mixture mixture(MergedModel model) {
        return ((MergedModel.Routed) model.network()).mixture();
    }

    private Path save(MergedModel model, String name) {
        Path folder = temporary.resolve(name);
        Mixture mixture = mixture(model);
        AtomicFolder.write(
                folder, partial -> pool().writer().saveMixture(mixture.weights(), mixture.description(), partial));
        return folder;
    }

    @Test
    void aMixtureThatWasSavedComputesTheSame() {
        for (int k : new int[] {-1, 3}) {
            MergedModel made = merge(Map.of("k", k, "top_k", 2));
            Path folder = save(made, "mixture" + k);
            MergedModel read = Settings.bind(SavedMixture.class, Map.of("path", folder.toString()))
                    .merge(pool(), Run.quiet(0, temporary));
            assertThat(features(read)).containsExactly(features(made));
            assertThat(read.parameters(0)).isEqualTo(made.parameters(0));
        }
    }

    @Test
    void parametersAreTheModelItsGatesAndItsExperts() {
        long single = pool().architecture().parameters().stream()
                .mapToLong(ParameterSpec::elements)
                .sum();
        // Two blocks of four maps [8, 8] and one each of [16, 8] and [8, 16]: a gate of 2 rows, factors of rank 3, a
        // bias.
        long square = 2 * 8 + 3 * (8 + 8) + 8;
        long up = 2 * 8 + 3 * (8 + 16) + 16;
        long down = 2 * 16 + 3 * (8 + 16) + 8;
        MergedModel made = merge(Map.of());
        assertThat(made.parameters(0).total()).isEqualTo(single + 3 * 2 * (4 * square + up + down));
        assertThat(made.parameters(0).trainable()).isZero();
        assertThat(made.notes()).anyMatch(note -> note.startsWith("The mixture has "));
    }

    @Test
    void aModelPathIsWrittenOnceAndReadFromThenOn() {
        Path folder = temporary.resolve("upscaled");
        Map<String, Object> kept = Map.of("model_path", folder.toString());
        float[] made = features(merge(kept));
        assertThat(folder.resolve("mixture.safetensors")).exists();
        MergedModel read = merge(kept);
        assertThat(features(read)).containsExactly(made);
        assertThat(read.figures()).isEmpty();
        assertThatThrownBy(() -> merge(Map.of("model_path", folder.toString(), "gate_k", 1)))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("was made with method.gate_k=2, and now it is 1");
        TinyModels.expert(folders.get("b"), temporary.resolve("clip"), 77);
        assertThatThrownBy(() -> merge(kept))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("mixture.safetensors was made with another model b");
    }

    @Test
    void mapsThatNobodyChangedStayTheAncestorsAndTheReportSaysSo() {
        Map<String, HostTensor> ancestor = TinyModels.tensors(temporary.resolve("clip"));
        folders.values()
                .forEach(folder -> TinyModels.change(folder, tensors -> {
                    tensors.put(FC1 + ".weight", ancestor.get(FC1 + ".weight"));
                    return tensors;
                }));
        MergedModel made = merge(Map.of());
        assertThat(made.notes()).contains("No fine-tuned model changed " + FC1 + ": left as in the ancestor.");
        assertThat(mixture(made).weights().names())
                .doesNotContain(FC1 + ".gate")
                .contains(FC1 + ".weight");
        assertThat(features(made)).hasSize(4 * TinyModels.WIDTH);
    }

    @Test
    void aModelThatIsItsAncestorInOneMapIsNamed() {
        Map<String, HostTensor> ancestor = TinyModels.tensors(temporary.resolve("clip"));
        TinyModels.change(folders.get("b"), tensors -> {
            tensors.put(FC1 + ".weight", ancestor.get(FC1 + ".weight"));
            return tensors;
        });
        assertThat(merge(Map.of()).notes())
                .contains("The model of b is the ancestor in " + FC1
                        + ": its expert there adds nothing, though tokens are still sent to it.");
    }

    @Test
    void averagedExpertsReplaceNormsAndEmbeddingsButNotTheClassToken() {
        Mixture plain = mixture(merge(Map.of()));
        Mixture averaged = mixture(merge(Map.of("average_experts", true)));
        String norm = "vision_model.post_layernorm.weight";
        String token = "vision_model.embeddings.class_embedding";
        float[] mean = Tensor.stack(pool().experts().stream()
                        .map(expert -> expert.weights().get(norm))
                        .toList())
                .mean(0)
                .toFloats();
        assertThat(averaged.weights().get(norm).toFloats()).containsExactly(mean, within(1e-6f));
        assertThat(averaged.weights().get(token).toFloats())
                .containsExactly(plain.weights().get(token).toFloats());
    }

    @Test
    void aDeviceThatIsNotHereIsNamedOnce() {
        assertThat(merge(Map.of("device", "cuda", "upscaling_accelerator", "cuda"))
                        .notes())
                .filteredOn(note -> note.contains("cuda"))
                .containsExactly("The processor computed, instead of cuda: Amalgam uses no GPU.");
        assertThat(merge(Map.of()).notes()).noneMatch(note -> note.contains("processor"));
    }

    @Test
    void filesThatAreNoMixtureAreRefused() throws IOException {
        assertThatThrownBy(() -> read("nowhere")).hasMessageContaining("there is no such file");
        Path model = folders.get("a").resolve("model.safetensors");
        Files.copy(model, Files.createDirectories(temporary.resolve("not")).resolve("mixture.safetensors"));
        assertThatThrownBy(() -> read("not"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("names the kind \"\", expected smile");
        SafetensorsFile whole = Safetensors.open(save(merge(Map.of()), "whole").resolve("mixture.safetensors"));
        List<SafetensorsWriter.Entry> entries = whole.inFileOrder().stream()
                .map(slot -> SafetensorsWriter.Entry.of(slot.name(), slot))
                .toList();
        List<SafetensorsWriter.Entry> fewer = entries.stream()
                .filter(entry -> !entry.name().endsWith("class_embedding"))
                .toList();
        refuses("part", whole.metadata(), fewer, "vision_model.embeddings.class_embedding is missing");
        List<SafetensorsWriter.Entry> more = new ArrayList<>(entries);
        String surplus = "vision_model.encoder.layers.2.mlp.fc1.weight";
        more.add(SafetensorsWriter.Entry.of(surplus, HostTensor.ofFloats(new float[] {1}, 1)));
        refuses("deeper", whole.metadata(), more, surplus + " has no place in the pool's architecture");
        Map<String, String> silent = new HashMap<>(whole.metadata());
        silent.remove("top_k");
        refuses("silent", silent, entries, "its description has no top_k, expected a number");
        assertThatThrownBy(() -> Settings.defaults(SavedMixture.class).merge(pool(), Run.quiet(0, temporary)))
                .hasMessageContaining("method.path: which mixture?");
    }

    private void refuses(
            String name, Map<String, String> description, List<SafetensorsWriter.Entry> entries, String message)
            throws IOException {
        SafetensorsWriter.write(
                Files.createDirectories(temporary.resolve(name)).resolve("mixture.safetensors"), description, entries);
        assertThatThrownBy(() -> read(name))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(message);
    }

    @Test
    void aSavedMixtureWantsThePoolThatItWasMadeOf() {
        Path folder = save(merge(Map.of()), "mixture");
        SavedMixture saved = Settings.bind(SavedMixture.class, Map.of("path", folder.toString()));
        ModelPool fewer = new ModelPool(
                pool().architecture(),
                pool().ancestor(),
                pool().experts().subList(1, pool().experts().size()),
                pool().adaptation(),
                pool().training());
        saved.requireFit(pool());
        assertThatThrownBy(() -> saved.requireFit(fewer))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("is a mixture of the experts " + String.join(", ", pool().tasks()))
                .hasMessageContaining("the pool's models are " + String.join(", ", fewer.tasks()));
    }

    private MergedModel read(String name) {
        return Settings.bind(
                        SavedMixture.class,
                        Map.of("path", temporary.resolve(name).toString()))
                .merge(pool(), Run.quiet(0, temporary));
    }

    @Test
    void moreExpertsThanThereAreAreRefused() {
        assertThatThrownBy(() -> merge(Map.of("top_k", 4)))
                .hasMessage("method.top_k is 4, and there are 3 experts to choose from; give at most 3");
    }

    @Test
    void withoutADirectionOrAnExpertNothingRoutes() {
        for (String setting : List.of("gate_k", "top_k")) {
            assertThatThrownBy(() -> merge(Map.of(setting, 0)))
                    .hasMessageContaining(setting + ": expected an integer of at least 1, found 0");
        }
    }

    /** The smallest matrices of the tiny models are 8 x 8. */
    @Test
    void ranksAboveAMatrixsAreRefusedOrCut() {
        for (String setting : List.of("gate_k", "k")) {
            assertThatThrownBy(() -> merge(Map.of(setting, 9)))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageStartingWith("vision_model.encoder.layers.0.self_attn.k_proj.weight: method." + setting
                            + " 9 is not possible, a matrix [8, 8] has ranks from 1 to 8");
        }
        Map<String, Object> whole = Map.of("gate_k", 8, "k", 8, "full_matrices", false);
        Map<String, Object> above = Map.of("gate_k", 100, "k", 100, "full_matrices", false);
        assertThat(mixture(merge(above)).parameters())
                .isEqualTo(mixture(merge(whole)).parameters());
    }
}
