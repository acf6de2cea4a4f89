package org.amalgam.data.image;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Decoding and resampling against digests of what Pillow 13 gives for the same files. */
class PillowTest {

    private static List<String[]> lines() throws IOException {
        return Files.readAllLines(ImageFiles.path("pillow.txt"), StandardCharsets.UTF_8).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(" "))
                .toList();
    }

    private static Map<String, String> files() throws IOException {
        return lines().stream()
                .filter(line -> line.length == 2)
                .collect(Collectors.toMap(line -> line[0], line -> line[1]));
    }

    private static Stream<String> names() throws IOException {
        return files().keySet().stream();
    }

    private static Stream<List<String>> resizes() throws IOException {
        return lines().stream().filter(line -> line.length == 4).map(List::of);
    }

    @ParameterizedTest
    @MethodSource("names")
    void decodesToThePixelsOfPillow(String name) throws Exception {
        RgbImage image = ImageDecoder.decode(ImageFiles.bytes(name), name);

        assertThat(image.width()).isEqualTo(37);
        assertThat(image.height()).isEqualTo(29);
        assertThat(sha256(image.rgb())).isEqualTo(files().get(name));
    }

    @ParameterizedTest
    @MethodSource("resizes")
    void resamplesToThePixelsOfPillow(List<String> line) throws Exception {
        RgbImage image = ImageDecoder.decode(ImageFiles.bytes("rgb.png"), "rgb.png");
        Resample resample = Resample.of(Integer.parseInt(line.get(0)), "resample");

        RgbImage resized =
                PilResize.resize(image, Integer.parseInt(line.get(1)), Integer.parseInt(line.get(2)), resample);

        assertThat(sha256(resized.rgb())).isEqualTo(line.get(3));
    }

    @Test
    void everyFileOfTheFolderIsCompared() throws Exception {
        try (Stream<Path> found = Files.list(ImageFiles.path("pillow.txt").getParent())) {
            assertThat(found.map(file -> file.getFileName().toString()).filter(name -> !name.endsWith(".txt")))
                    .containsExactlyInAnyOrderElementsOf(files().keySet())
                    .hasSizeGreaterThan(25);
        }
    }

    @Test
    void leavesAnImageOfTheRightSizeAlone() throws Exception {
        RgbImage image = ImageDecoder.decode(ImageFiles.bytes("rgb.png"), "rgb.png");

        assertThat(PilResize.resize(image, 37, 29, Resample.BICUBIC)).isSameAs(image);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
