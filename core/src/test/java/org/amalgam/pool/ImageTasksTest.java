package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.data.dataset.ClassNames;
import org.amalgam.data.image.ImageFiles;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ImageTasksTest {

    private static final int IMAGES = 5;

    @TempDir
    Path temporary;

    private final Scope scope = Scope.open();
    private Path clip;
    private Path data;

    @BeforeEach
    void makeModel() throws IOException {
        clip = TinyModels.clip(temporary.resolve("clip"), 1);
        data = Files.createDirectories(temporary.resolve("data"));
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** IDX files of gray 4 x 4 images with those labels. */
    private void write(int... labels) throws IOException {
        ByteBuffer images = ByteBuffer.allocate(16 + IMAGES * 16);
        images.putInt(0x803).putInt(IMAGES).putInt(4).putInt(4);
        for (int i = 0; i < IMAGES * 16; i++) {
            images.put((byte) (7 * i));
        }
        ByteBuffer file = ByteBuffer.allocate(8 + IMAGES).putInt(0x801).putInt(IMAGES);
        for (int label : labels) {
            file.put((byte) label);
        }
        Files.write(data.resolve("test-images-idx3-ubyte"), images.array());
        Files.write(data.resolve("test-labels-idx1-ubyte"), file.array());
    }

    private ImageTaskSpec spec(String name, String... classNames) {
        return new ImageTaskSpec(name, List.of(data), "test", List.of(classNames), List.of());
    }

    private ImageTasks tasks() {
        return new ImageTasks(temporary.resolve("cache"), 1 << 20);
    }

    @Test
    void makesBatchesOfNormalisedImages() throws IOException {
        write(0, 1, 2, 1, 0);
        try (ImageTasks tasks = tasks()) {
            Task task = tasks.open(spec("digits", "zero", "one", "two"), clip, clip);
            assertThat(task.size()).isEqualTo(IMAGES);
            Batch batch = task.batch(new int[] {3, 0});
            assertThat(batch.inputs().shape()).containsExactly(2, 3, TinyModels.IMAGE, TinyModels.IMAGE);
            assertThat(batch.labels().toLongs()).containsExactly(1, 0);
            assertThat(batch.inputs().isFinite()).isTrue();
            assertThat(tasks.open(spec("digits", "zero", "one", "two"), clip, clip))
                    .isSameAs(task);
            assertThat(tasks.open(spec("digits", "null", "eins", "zwei"), clip, clip)
                            .fingerprint())
                    .isNotEqualTo(task.fingerprint());
        }
    }

    @Test
    void checksLabelsAgainstTheNamesGiven() throws IOException {
        write(0, 1, 2, 1, 0);
        try (ImageTasks tasks = tasks()) {
            assertThatThrownBy(() -> tasks.open(spec("digits", "zero", "one"), clip, clip))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining("row 2: the label is 2, expected 0 to 1");
        }
    }

    /** The names of a task that everybody knows by its name bind its labels as well as names that are given. */
    @Test
    void checksLabelsAgainstTheNamesKnown() throws IOException {
        write(0, 9, 12, 1, 0);
        try (ImageTasks tasks = tasks()) {
            assertThatThrownBy(() -> tasks.open(spec("mnist"), clip, clip))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining("row 2: the label is 12, expected 0 to 9");
        }
        write(0, 9, 3, 1, 0);
        try (ImageTasks tasks = tasks()) {
            assertThat(tasks.open(spec("mnist"), clip, clip).size()).isEqualTo(IMAGES);
        }
    }

    /** They are classes in the order of their folders, which is not that of the names known. */
    @Test
    void foldersOfTheNamesKnownKeepTheirOrder() throws IOException {
        List<String> known = ClassNames.of("hiragana").orElseThrow().classNames();
        List<String> sorted = known.stream().sorted().toList();
        assertThat(sorted).isNotEqualTo(known);
        for (String name : known) {
            Path folder = Files.createDirectories(data.resolve("test").resolve(name));
            Files.write(folder.resolve("a.png"), ImageFiles.png(4, 4, 0x204060));
        }
        try (ImageTasks tasks = tasks()) {
            Task found = tasks.open(spec("hiragana"), clip, clip);
            Task given = tasks.open(spec("hiragana", sorted.toArray(String[]::new)), clip, clip);
            assertThat(found.batch(new int[] {0, 9}).labels().toLongs()).containsExactly(0, 9);
            assertThat(found.fingerprint()).isEqualTo(given.fingerprint());
        }
    }

    @Test
    void asksForNamesThatNobodyKnows() throws IOException {
        write(0, 1, 2, 1, 0);
        try (ImageTasks tasks = tasks()) {
            assertThatThrownBy(() -> tasks.open(spec("digits"), clip, clip))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining("the data set of digits")
                    .hasMessageContaining("classnames");
        }
    }
}
