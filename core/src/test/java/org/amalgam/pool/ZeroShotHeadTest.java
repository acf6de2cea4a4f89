package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ZeroShotHeadTest {

    private static final List<String> NAMES = List.of("owl", "wren", "great tit");
    private static final List<String> TEMPLATES = List.of("a photo of a {}.", "a drawing of a {}.");

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private Path clip;
    private Path cache;

    @BeforeEach
    void makeModel() {
        clip = TinyModels.clip(temporary.resolve("clip"), 1);
        cache = temporary.resolve("cache");
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private ZeroShotHead head(List<String> names, List<String> templates) {
        return ClipHeads.open(clip, cache).head(names, templates);
    }

    private List<Path> kept() throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            return files.sorted().toList();
        }
    }

    @Test
    void aLogitIsTheScaledCosine() {
        ZeroShotHead head = NoiseTask.head(4, 7);
        Tensor features = NoiseTask.noise(new Random(8), 5, TinyModels.WIDTH);
        float[] logits = head.logits(features).toFloats();
        float[] x = features.toFloats();
        float[] projection = head.projection().toFloats();
        float[] classes = head.classes().toFloats();
        int dimension = TinyModels.PROJECTION;
        for (int n = 0; n < 5; n++) {
            double[] embedding = new double[dimension];
            double norm = 0;
            for (int d = 0; d < dimension; d++) {
                for (int i = 0; i < TinyModels.WIDTH; i++) {
                    embedding[d] += projection[d * TinyModels.WIDTH + i] * (double) x[n * TinyModels.WIDTH + i];
                }
                norm += embedding[d] * embedding[d];
            }
            for (int c = 0; c < 4; c++) {
                double cosine = 0;
                for (int d = 0; d < dimension; d++) {
                    cosine += embedding[d] * classes[c * dimension + d] / Math.sqrt(norm);
                }
                assertThat((double) logits[n * 4 + c]).isCloseTo(5 * cosine, Offset.offset(1e-5));
            }
        }
    }

    @Test
    void classesAreUnitVectorsAndTheScaleIsTheExponential() {
        ZeroShotHead head = head(NAMES, TEMPLATES);
        assertThat(head.classes().shape()).containsExactly(3, TinyModels.PROJECTION);
        assertThat(head.classes().norm(-1).toFloats()).containsExactly(new float[] {1, 1, 1}, Offset.offset(1e-6f));
        assertThat(head.scale()).isCloseTo(Math.exp(1.5), Offset.offset(1e-6));
        assertThat(head(List.of("wren"), TEMPLATES).classes().toFloats())
                .as("a class does not depend on the others")
                .containsExactly(head.classes().select(0, 1).toFloats(), Offset.offset(1e-6f));
    }

    @Test
    void aHeadIsMadeOnceAndKept() throws IOException {
        head(NAMES, TEMPLATES);
        assertThat(kept()).hasSize(1);
        float[] marked = new float[3 * TinyModels.PROJECTION];
        marked[0] = 42;
        SafetensorsWriter.write(
                kept().get(0), Map.of("classes", HostTensor.ofFloats(marked, 3, TinyModels.PROJECTION)));
        assertThat(head(NAMES, TEMPLATES).classes().toFloats()).containsExactly(marked);
    }

    @Test
    void otherTextsAndOtherModelsHaveHeadsOfTheirOwn() throws IOException {
        head(NAMES, TEMPLATES);
        head(NAMES, TEMPLATES.subList(0, 1));
        head(List.of("owl", "wren", "great", "tit"), TEMPLATES);
        head(List.of("wren", "owl", "great tit"), TEMPLATES);
        assertThat(kept()).hasSize(4);
        clip = TinyModels.clip(temporary.resolve("other"), 2);
        head(NAMES, TEMPLATES);
        assertThat(kept()).hasSize(5);
        Files.writeString(clip.resolve("tokenizer_config.json"), "{\"model_max_length\": 7}");
        head(NAMES, TEMPLATES);
        assertThat(kept()).as("another tokenizer gives texts other ids").hasSize(6);
    }

    @Test
    void aDamagedHeadIsNamed() throws IOException {
        head(NAMES, TEMPLATES);
        Path file = kept().get(0);
        Files.write(file, new byte[] {1, 2, 3});
        assertThatThrownBy(() -> head(NAMES, TEMPLATES))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("delete the file");
    }

    @Test
    void refusesATemplateWithoutAPlaceForTheName() throws IOException {
        assertThatThrownBy(() -> head(NAMES, List.of("a photo.")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("\"a photo.\"")
                .hasMessageContaining("{}");
        assertThat(cache).doesNotExist();
    }

    @Test
    void refusesATowerWithoutText() {
        Path tower = TinyModels.expert(temporary.resolve("tower"), clip, 2);
        assertThatThrownBy(() -> ClipHeads.open(tower, cache).head(NAMES, TEMPLATES))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(tower.toString())
                .hasMessageContaining("visual_projection.weight")
                .hasMessageContaining("full CLIPModel");
    }

    @Test
    void refusesADamagedProjection() {
        TinyModels.change(clip, tensors -> {
            float[] values = tensors.get("visual_projection.weight").toFloats();
            values[3] = Float.NaN;
            tensors.put(
                    "visual_projection.weight", HostTensor.ofFloats(values, TinyModels.PROJECTION, TinyModels.WIDTH));
            return tensors;
        });
        assertThatThrownBy(() -> head(NAMES, TEMPLATES))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("visual_projection.weight holds NaN");
    }
}
