package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;
import org.amalgam.data.image.ImageDecoder;
import org.amalgam.data.image.ImageFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ParquetImagesTest {

    private static final String FEATURES = "{\"info\": {\"features\": {\"image\": {\"_type\": \"Image\"},"
            + " \"label\": {\"_type\": \"ClassLabel\", \"names\": [\"owl\", \"wren\", \"kite\"]}}}}";

    @TempDir
    Path folder;

    /** Writes a file of the query's rows. */
    private Path write(String file, String query, String features) throws SQLException, IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "COPY (" + query + ") TO " + DuckDb.literal(path.toString()) + " (FORMAT parquet, KV_METADATA {"
                            + (features.isEmpty() ? "writer" : "huggingface") + ": "
                            + DuckDb.literal(features.isEmpty() ? "test" : features) + "})");
        }
        return path;
    }

    /** Rows {@code from} to {@code to}, whose image is one pixel as red as its number and whose label is the number modulo 3. */
    private static String rows(int from, int to) {
        return String.join(
                " UNION ALL ",
                IntStream.range(from, to)
                        .mapToObj(i -> "SELECT {'bytes': unhex('"
                                + HexFormat.of().formatHex(ImageFiles.png(1, 1, i << 16))
                                + "'), 'path': 'r" + i + ".png'} AS image, " + i % 3 + "::BIGINT AS label")
                        .toList());
    }

    private static int red(Example example) {
        return ImageDecoder.decode(example.encoded(), example.where()).rgb()[0] & 0xff;
    }

    /** As a pattern, {@code set[1]} is the folder {@code set1}, and {@code *} every folder. */
    @Test
    void aPathIsNoPattern() throws Exception {
        write("set1/test.parquet", rows(0, 2), FEATURES);
        write("set?/test.parquet", rows(4, 9), FEATURES);
        for (String name : List.of("set[1]", "set?", "set*", "[set", "se[?]t")) {
            Path file = write(name + "/test.parquet", rows(7, 10), FEATURES);
            ImageDataset images = ImageDatasets.open(file.getParent(), "test", List.of(), "birds");
            assertThat(images.size()).as(name).isEqualTo(3);
            assertThat(red(images.example(0))).as(name).isEqualTo(7);
        }
    }

    /** As data lie that are kept on another disk; a link that leads back up is none of them. */
    @Test
    void foldersThatAreLinksAreRead() throws Exception {
        write("disk/birds/test.parquet", rows(0, 4), FEATURES);
        write("disk/more/train.parquet", rows(0, 2), FEATURES);
        Path link = Files.createSymbolicLink(folder.resolve("linked"), folder.resolve("disk/birds"));
        assertThat(ImageDatasets.open(link, "test", List.of(), "birds").size()).isEqualTo(4);

        Files.createSymbolicLink(folder.resolve("disk/birds/data"), folder.resolve("disk/more"));
        Files.createSymbolicLink(folder.resolve("disk/birds/up"), folder.resolve("disk/birds"));
        Files.createSymbolicLink(folder.resolve("disk/birds/gone.parquet"), folder.resolve("nowhere"));
        assertThat(ImageDatasets.open(link, "train", List.of(), "birds").size()).isEqualTo(2);
    }

    @Test
    void readsTheHubsLayoutInAnyOrder() throws Exception {
        Path file = write("test-00000-of-00001.parquet", rows(0, 7), FEATURES);
        ImageDataset images = ImageDatasets.open(folder, "test", List.of(), "birds");

        assertThat(images.size()).isEqualTo(7);
        assertThat(images.name()).isEqualTo("birds");
        assertThat(images.classNames()).containsExactly("owl", "wren", "kite");
        assertThat(images.hiddenLabels()).isEmpty();
        for (int index : new int[] {6, 0, 3, 6, 5}) {
            Example example = images.example(index);
            assertThat(red(example)).isEqualTo(index);
            assertThat(example.label()).isEqualTo(index % 3).isEqualTo(images.label(index));
            assertThat(example.where()).isEqualTo(file + ", row " + index);
        }
        assertThat(images.fingerprint())
                .hasSize(64)
                .isEqualTo(ImageDatasets.open(file, "", List.of(), "other").fingerprint());
    }

    @Test
    void readsAFileOfPyArrow() throws Exception {
        Path file =
                Path.of(ParquetImagesTest.class.getResource("gray-test.parquet").toURI());
        ImageDataset images = ImageDatasets.open(file, "test", List.of(), "gray");

        assertThat(images.size()).isEqualTo(5);
        assertThat(images.classNames()).containsExactly("dark", "dim", "light");
        assertThat(ImageDecoder.decode(images.example(4).encoded(), "4").width())
                .isEqualTo(8);
    }

    /** DuckDB would take a folder of such a name for the label of every row. */
    @Test
    void aFolderNamedKeyEqualsValueIsNoColumn() throws Exception {
        Path file = write("label=2/test.parquet", rows(0, 2), FEATURES);
        ImageDataset images = ImageDatasets.open(file, "", List.of(), "birds");

        assertThat(List.of(images.label(0), images.label(1))).containsExactly(0, 1);
        assertThat(red(images.example(1))).isEqualTo(1);
    }

    @Test
    void joinsShards() throws Exception {
        write("data/train-00000-of-00003.parquet", rows(0, 2), FEATURES);
        write("data/train-00001-of-00003.parquet", rows(0, 1) + " LIMIT 0", FEATURES);
        write("data/train-00002-of-00003.parquet", rows(2, 5), FEATURES);
        write("data/test-00000-of-00001.parquet", rows(5, 6), FEATURES);
        ImageDataset images = ImageDatasets.open(folder, "train", List.of(), "birds");

        assertThat(IntStream.range(0, images.size()).map(i -> red(images.example(i))))
                .containsExactly(0, 1, 2, 3, 4);
        assertThat(images.example(2).where()).endsWith("train-00002-of-00003.parquet, row 0");
        Path last = folder.resolve("data/train-00002-of-00003.parquet");
        Path first = folder.resolve("data/train-00000-of-00003.parquet");
        assertThat(red(ImageDatasets.open(List.of(last, first), "", List.of(), "birds")
                        .example(0)))
                .isEqualTo(2);

        Files.delete(first);
        assertThatThrownBy(() -> ImageDatasets.open(folder, "train", List.of(), "birds"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("expected 3 shards, found 2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "validation.parquet",
                "val-00000-of-00001.parquet",
                "validation/0000.parquet",
                "plain/validation/0000.parquet",
                "plain/validation-00000-of-00001-0a1b2c.parquet",
                "birds_validation.parquet",
                "validation/part-0.snappy.parquet",
                "o'dd [name]*/validation.parquet"
            })
    void findsASplitByItsName(String file) throws Exception {
        write(file, rows(0, 2), "");
        write(file.replace("validation", "train").replace("val-", "train-"), rows(2, 3), "");

        assertThat(ImageDatasets.open(folder, "validation", List.of(), "birds").size())
                .isEqualTo(2);
        assertThat(ImageDatasets.open(folder, "train", List.of(), "birds").size())
                .isEqualTo(1);
    }

    @Test
    void namesTheSplitsThatExist() throws Exception {
        write("train-00000-of-00001.parquet", rows(0, 1), "");
        write("test-00000-of-00001.parquet", rows(0, 1), "");

        assertThatThrownBy(() -> ImageDatasets.open(folder, "validation", List.of(), "birds"))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(folder + " has no split validation; give split: test or train");
        assertThatThrownBy(() -> ImageDatasets.open(folder, "", List.of(), "birds"))
                .hasMessage(folder + " has several splits; give split: test or train");
    }

    @Test
    void doesNotMixTwoSets() throws Exception {
        write("a/test-00000-of-00001.parquet", rows(0, 1), "");
        write("b/test-00000-of-00001.parquet", rows(0, 1), "");
        assertThatThrownBy(() -> ImageDatasets.open(folder, "test", List.of(), "birds"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("the same split lies in");

        Path owls = write("test.parquet", rows(0, 1), FEATURES);
        Path cats = write("more.parquet", rows(0, 1), FEATURES.replace("owl", "cat"));
        assertThatThrownBy(() -> ImageDatasets.open(List.of(owls, cats), "", List.of(), "birds"))
                .hasMessageContaining("its class names differ");
    }

    @Test
    void refusesALabelOutsideTheClassNames() throws Exception {
        Path file = write("test.parquet", rows(0, 3), "");

        assertThatThrownBy(() -> ImageDatasets.open(folder, "test", List.of("owl", "wren"), "birds"))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(file + ", row 2: the label is 2, expected 0 to 1, as there are 2 class names");
        assertThat(ImageDatasets.open(folder, "test", List.of("a", "b", "c"), "birds")
                        .classNames())
                .containsExactly("a", "b", "c");
        assertThat(ImageDatasets.open(folder, "test", List.of(), "birds").classNames())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT {'bytes': 'x'::BLOB} AS picture, 1 AS label | expected a column image or img, found picture, label",
                "SELECT 'x' AS image, 1 AS label | the column image has type VARCHAR, expected struct(bytes, path)",
                "SELECT 'x'::BLOB AS img, 'owl' AS label | the column label has type VARCHAR, expected whole numbers",
                "SELECT 'x'::BLOB AS img, -2 AS label | row 0: the label is -2, expected 0 or more",
                "SELECT 'x'::BLOB AS img, 1 AS label LIMIT 0 | the data set birds is empty"
            })
    void namesTheFaultOfAFile(String query, String message) throws Exception {
        write("test.parquet", query, "");

        assertThatThrownBy(() -> ImageDatasets.open(folder, "test", List.of(), "birds"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("test.parquet")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 AS kind | test.parquet: there is no column of labels | target, found image, kind",
                "NULL::INTEGER AS label | test.parquet, row 0: the label is hidden | take another split",
                "-1 AS label | test.parquet, row 0: the label is hidden | take another split"
            })
    void imagesWithoutLabelsAreImagesAllTheSame(String column, String where, String what) throws Exception {
        write("test.parquet", "SELECT {'bytes': 'x'::BLOB} AS image, " + column, "");
        ImageDataset images = ImageDatasets.open(folder, "test", List.of("owl", "wren"), "birds");

        assertThat(images.example(0).encoded()).containsExactly('x');
        assertThat(images.label(0)).isEqualTo(-1);
        assertThat(images.hiddenLabels().orElseThrow())
                .contains(where, what, "the labels of birds are needed to judge by or to learn from");
    }

    @Test
    void choosesColumnsByTheMetadata() throws Exception {
        write(
                "test.parquet",
                "SELECT {'bytes': 'x'::BLOB, 'path': ''} AS photo, 0 AS colour, 2 AS species",
                "{\"info\": {\"features\": {\"photo\": {\"_type\": \"Image\"}, \"colour\": {\"_type\": \"Value\"},"
                        + " \"species\": {\"_type\": \"ClassLabel\", \"names\": [\"a\", \"b\", \"c\"]}}}}");
        ImageDataset images = ImageDatasets.open(folder, "test", List.of(), "birds");

        assertThat(images.label(0)).isEqualTo(2);
        assertThat(images.example(0).encoded()).containsExactly('x');
        assertThat(images.classNames()).containsExactly("a", "b", "c");
    }

    @Test
    void namesTheRowWithoutAnImage() throws Exception {
        write("test.parquet", "SELECT {'bytes': NULL::BLOB, 'path': 'owl.png'} AS image, 0 AS label", "");
        ImageDataset images = ImageDatasets.open(folder, "test", List.of(), "birds");

        assertThatThrownBy(() -> images.example(0))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("test.parquet, row 0: image.bytes is null");
    }

    @Test
    void refusesDamagedFiles() throws Exception {
        byte[] whole = Files.readAllBytes(write("test.parquet", rows(0, 3), FEATURES));
        Path file = folder.resolve("test.parquet");
        for (int length : new int[] {0, 3, whole.length / 2, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> ImageDatasets.open(folder, "test", List.of(), "birds"))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageStartingWith(file + ": cannot be read as Parquet")
                    .hasMessageNotContaining("\n");
        }
        byte[] flipped = whole.clone();
        Arrays.fill(flipped, 4, 40, (byte) 0x5a);
        Files.write(file, flipped);
        assertThatThrownBy(() ->
                        ImageDatasets.open(folder, "test", List.of(), "birds").example(0))
                .isInstanceOf(AmalgamException.class)
                .hasMessageStartingWith(file.toString());
    }

    @Test
    void readsBlocksLargerThanOne() throws Exception {
        write(
                "test.parquet",
                "SELECT (repeat(md5(i::VARCHAR), 8000) || i::VARCHAR)::BLOB AS image, i % 3 AS label FROM range(60) t(i)",
                "");
        ImageDataset images = ImageDatasets.open(folder, "test", List.of(), "big");

        for (int i : new int[] {59, 0, 31, 17, 58, 1}) {
            byte[] encoded = images.example(i).encoded();
            assertThat(new String(encoded, 32 * 8000, encoded.length - 32 * 8000, StandardCharsets.US_ASCII))
                    .isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void saysWhatItLookedFor() throws Exception {
        assertThatThrownBy(() -> ImageDatasets.open(folder.resolve("none"), "test", List.of(), "birds"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("none does not exist");
        assertThatThrownBy(() -> ImageDatasets.open(folder, "test", List.of(), "birds"))
                .hasMessageContaining("holds no data set: looked for Parquet files");
        assertThatThrownBy(() -> ImageDatasets.open(List.of(), "test", List.of(), "birds"))
                .hasMessageContaining("has no path");
        Path other = Files.writeString(folder.resolve("a.csv"), "1");
        assertThatThrownBy(() -> ImageDatasets.open(other, "test", List.of(), "birds"))
                .hasMessageContaining("a.csv is not a file whose name ends in .parquet");
    }
}
