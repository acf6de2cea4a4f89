package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;
import org.amalgam.data.image.ImageDecoder;
import org.amalgam.data.image.ImageFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Image folders and IDX files. */
class FilesOnDiskTest {

    @TempDir
    Path folder;

    private void image(String file, int rgb) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.write(path, ImageFiles.png(2, 2, rgb));
    }

    private ImageDataset open(String split, String... classNames) {
        return ImageDatasets.open(folder, split, List.of(classNames), "birds");
    }

    @Test
    void readsClassFoldersInTheOrderOfTheirNames() throws Exception {
        image("wren/b.png", 1);
        image("owl/2.PNG", 2);
        image("owl/10.png", 3);
        image("owl/.hidden.png", 4);
        Files.writeString(folder.resolve("owl/notes.txt"), "not an image");
        ImageDataset images = open("");

        assertThat(images.classNames()).containsExactly("owl", "wren");
        assertThat(List.of(images.label(0), images.label(1), images.label(2))).containsExactly(0, 0, 1);
        assertThat(images.example(0).where()).endsWith("10.png");
        assertThat(images.size()).isEqualTo(3);
        String before = images.fingerprint();
        image("owl/2.PNG", 5);
        assertThat(open("").fingerprint()).isNotEqualTo(before);
    }

    @Test
    void givenNamesBelongToFoldersByNameOrByOrder() throws Exception {
        image("owl/a.png", 1);
        image("wren/a.png", 2);

        assertThat(open("", "wren", "kite", "owl").label(0)).isEqualTo(2);
        assertThat(open("", "barn owl", "house wren").classNames()).containsExactly("barn owl", "house wren");
        assertThat(open("", "barn owl", "house wren").label(1)).isEqualTo(1);
        assertThatThrownBy(() -> open("", "one", "two", "three"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("expected one subfolder for each of 3 class names, found 2: owl, wren");
    }

    @Test
    void aFolderWithoutImagesIsNoClassUnlessItIsGivenAsOne() throws Exception {
        image("owl/a.png", 1);
        image("wren/a.png", 2);
        image("__MACOSX/owl/._a.png", 3);
        assertThat(open("").classNames()).containsExactly("owl", "wren");
        assertThat(open("", "barn owl", "house wren").label(1)).isEqualTo(1);

        Path empty = Files.createDirectories(folder.resolve("kite"));
        assertThatThrownBy(() -> open(""))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(empty + ": a class without an image; remove the folder, or list its name under classnames"
                        + " if it is one");
        assertThat(open("", "kite", "owl", "wren").label(1)).isEqualTo(2);
    }

    /** By their order alone, images of cats would be birds. */
    @Test
    void namesThatFitInPartAndInAnotherOrderAreRefused() throws Exception {
        image("bird/a.png", 1);
        image("cat/a.png", 2);
        image("dogs/a.png", 3);

        assertThatThrownBy(() -> open("", "cat", "dog", "bird"))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(folder + ": the subfolder bird has the name of a class, and dogs of none; expected all"
                        + " subfolders named as the classes cat, dog, bird, or classnames in the subfolders' order");
        assertThat(open("", "bird", "cat", "dog").label(2)).isEqualTo(2);
    }

    /** As texts, 10 would come before 2, and names that are given by their order would belong to other classes. */
    @Test
    void foldersWhoseNamesAreNumbersAreInTheOrderOfTheNumbers() throws Exception {
        List<String> given = new ArrayList<>();
        for (int i = 0; i <= 10; i++) {
            image(i + "/a.png", i);
            given.add("sign " + i);
        }
        for (ImageDataset images : List.of(open(""), open("", given.toArray(String[]::new)))) {
            for (int i = 0; i <= 10; i++) {
                assertThat(images.label(i)).isEqualTo(i);
                assertThat(images.example(i).where())
                        .endsWith(Path.of(Integer.toString(i), "a.png").toString());
                assertThat(images.classNames().get(i)).endsWith(Integer.toString(i));
            }
        }
        image("owl/a.png", 11);
        assertThat(open("").classNames()).startsWith("0", "1", "10", "2").endsWith("9", "owl");
    }

    @Test
    void findsSplitsAsFolders() throws Exception {
        image("train/owl/a.png", 1);
        image("val/owl/a.png", 2);
        image("val/owl/b.png", 3);

        assertThat(open("validation").size()).isEqualTo(2);
        assertThat(open("train").size()).isEqualTo(1);
        assertThatThrownBy(() -> open("test"))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(folder + " has no split test; give split: train or val");
    }

    /** The images to judge by must not be those to learn from. */
    @Test
    void aSplitThatDoesNotExistIsRefused() throws Exception {
        image("birds/owl/a.png", 1);
        image("plain/a.png", 1);
        image("val/owl/a.png", 1);
        for (String split : List.of("train", "test")) {
            assertThatThrownBy(() -> ImageDatasets.open(folder.resolve("birds"), split, List.of(), "birds"))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessage(folder.resolve("birds") + " holds classes and no splits, so there is no split " + split
                            + "; leave split out, or name the folder that is meant");
        }
        assertThatThrownBy(() -> ImageDatasets.open(folder.resolve("plain"), "test", List.of(), "birds"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("plain holds images and no splits");
        for (String split : List.of("", "val", "validation")) {
            assertThat(ImageDatasets.open(folder.resolve("val"), split, List.of(), "birds")
                            .size())
                    .isEqualTo(1);
        }
        assertThatThrownBy(() -> ImageDatasets.open(folder.resolve("val"), "test", List.of(), "birds"))
                .hasMessageContaining("no split test");
    }

    @Test
    void imagesInNoSubfoldersHaveNoLabels() throws Exception {
        image("b.png", 2);
        image("a.png", 1);
        Files.writeString(folder.resolve("notes.txt"), "not an image");
        Files.createDirectories(folder.resolve("empty"));
        ImageDataset images = open("", "owl", "wren");

        assertThat(images.size()).isEqualTo(2);
        assertThat(images.example(0).where()).endsWith("a.png");
        assertThat(images.label(0)).isEqualTo(images.example(1).label()).isEqualTo(-1);
        assertThat(images.classNames()).containsExactly("owl", "wren");
        assertThat(images.hiddenLabels())
                .contains(
                        folder + ": its images lie in no subfolders, and the labels of birds are needed to judge by or"
                                + " to learn from; expected a subfolder of images for each class");
        image("owl/a.png", 1);
        Files.delete(folder.resolve("empty"));
        assertThat(open("").size()).isEqualTo(1);
        assertThat(open("").hiddenLabels()).isEmpty();
    }

    @Test
    void refusesFoldersWithoutImages() throws Exception {
        Files.createDirectories(folder.resolve("owl"));

        assertThatThrownBy(() -> open("test"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("the data set birds is empty: no subfolder of " + folder + " holds an image");
    }

    private static byte[] idx(int magic, int[] sizes, byte... data) {
        ByteBuffer file =
                ByteBuffer.allocate(4 + 4 * sizes.length + data.length).putInt(magic);
        Arrays.stream(sizes).forEach(file::putInt);
        return file.put(data).array();
    }

    private void idx(String split, int rows, byte... labels) throws IOException {
        byte[] pixels = new byte[rows * 6];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i + 200);
        }
        Files.write(folder.resolve(split + "-images-idx3-ubyte"), idx(0x803, new int[] {rows, 2, 3}, pixels));
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
                out.write(idx(0x801, new int[] {labels.length}, labels));
            }
            Files.write(folder.resolve(split + "-labels-idx1-ubyte.gz"), bytes.toByteArray());
        }
    }

    @Test
    void readsIdxFiles() throws Exception {
        idx("train", 3, (byte) 1, (byte) 0, (byte) 200);
        idx("t10k", 1, (byte) 4);
        ImageDataset images = open("train");

        assertThat(images.size()).isEqualTo(3);
        assertThat(images.label(2)).isEqualTo(200);
        var decoded = ImageDecoder.decode(images.example(1).encoded(), "1");
        assertThat(List.of(decoded.width(), decoded.height())).containsExactly(3, 2);
        assertThat(decoded.rgb()).startsWith((byte) 206, (byte) 206, (byte) 206, (byte) 207);
        assertThat(open("test").label(0)).isEqualTo(4);
        assertThat(images.fingerprint()).hasSize(64);
        assertThatThrownBy(() -> open("validation"))
                .hasMessage(folder + " has no split validation; give split: t10k or train");
        assertThatThrownBy(() -> open("test", "a", "b"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("t10k-labels-idx1-ubyte.gz, row 0: the label is 4, expected 0 to 1");
    }

    @Test
    void refusesDamagedIdxFiles() throws Exception {
        idx("train", 2, (byte) 0);
        assertThatThrownBy(() -> open("train")).hasMessageContaining("expected 2 labels, one for each image");

        Path images = folder.resolve("train-images-idx3-ubyte");
        byte[][] damaged = {
            {},
            {0, 0, 8},
            idx(0x801, new int[] {1}, (byte) 0),
            idx(0x803, new int[] {1, 2, 3}, (byte) 0),
            idx(0x803, new int[] {1, 1, 1}, (byte) 0, (byte) 0),
            idx(0x803, new int[] {1 << 20, 1 << 20, 1 << 20}),
            idx(0x803, new int[] {-1, 1, 1}),
            idx(0x803, new int[] {0, 1, 1})
        };
        for (byte[] file : damaged) {
            Files.write(images, file);
            assertThatThrownBy(() -> open("train"))
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageContaining(images.toString());
        }
        Files.delete(folder.resolve("train-labels-idx1-ubyte.gz"));
        assertThatThrownBy(() -> open("train")).hasMessageContaining("expected train-labels-idx1-ubyte");
    }

    @Test
    void refusesAnEmptyIdxSet() throws Exception {
        idx("train", 0);

        assertThatThrownBy(() -> open("train")).hasMessageContaining("the data set birds is empty");
    }
}
