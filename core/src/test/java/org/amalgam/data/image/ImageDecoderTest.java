package org.amalgam.data.image;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ImageDecoderTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"rgb.png", "rgb_q90_s2.jpg", "prog.jpg", "rgb.gif", "rgb.bmp", "rgb_tiff_lzw.tif", "rgb.ppm"})
    void refusesAFileThatIsCutOff(String name) {
        byte[] whole = ImageFiles.bytes(name);
        for (int length : new int[] {0, 1, 11, 40, whole.length / 3, whole.length / 2, whole.length - 40}) {
            assertThatThrownBy(() -> ImageDecoder.decode(Arrays.copyOf(whole, length), "data/test.parquet, row 17"))
                    .as("%s cut to %d bytes", name, length)
                    .isInstanceOf(AmalgamException.class)
                    .hasMessageStartingWith("data/test.parquet, row 17: cannot decode the image (" + length + " bytes");
        }
    }

    @Test
    void saysWhatIsWrongWithBytesThatAreNoImage() {
        assertThatThrownBy(() -> ImageDecoder.decode("<html>".getBytes(StandardCharsets.UTF_8), "owl.png"))
                .isInstanceOf(AmalgamException.class)
                .hasMessage("owl.png: cannot decode the image (6 bytes):"
                        + " it does not begin like a PNG, JPEG, GIF, BMP, TIFF, PGM or PPM file");
        assertThatThrownBy(() -> ImageDecoder.decode(new byte[0], "owl.png")).hasMessageEndingWith("it is empty");
    }

    @Test
    void namesWebp() {
        byte[] webp = "RIFF....WEBPVP8 ".getBytes(StandardCharsets.US_ASCII);

        assertThatThrownBy(() -> ImageDecoder.decode(webp, "owl.webp"))
                .hasMessageEndingWith("WebP is not read, convert it to PNG or JPEG");
    }

    @Test
    void refusesASizeThatNoMemoryHolds() {
        byte[] png = ImageFiles.png(4, 4, 0);
        byte[] huge = png.clone();
        huge[16] = 0x40;
        huge[20] = 0x40;

        assertThatThrownBy(() -> ImageDecoder.decode(huge, "huge.png")).isInstanceOf(AmalgamException.class);
        assertThatThrownBy(() -> ImageDecoder.decode(
                        "P5\n2000000000 2000000000\n255\n".getBytes(StandardCharsets.US_ASCII), "huge.pgm"))
                .isInstanceOf(AmalgamException.class)
                .hasMessageEndingWith("the file is cut off");
    }

    @Test
    void refusesAGifWhoseFirstFrameIsAPart() {
        byte[] gif = ImageFiles.bytes("rgb.gif");
        gif[6] = 100;

        assertThatThrownBy(() -> ImageDecoder.decode(gif, "part.gif"))
                .hasMessageContaining("covers a part of the picture");
    }

    @ParameterizedTest
    @CsvSource({"'P5\n# a comment\n2 1\n255\n\u0007\u0009', 7, 9", "'P5 2 1 255 \u0007\u0009', 7, 9"})
    void readsPortableGraymaps(String file, int first, int second) {
        RgbImage image = ImageDecoder.decode(file.getBytes(StandardCharsets.ISO_8859_1), "a.pgm");

        assertThat(image.rgb())
                .containsExactly((byte) first, (byte) first, (byte) first, (byte) second, (byte) second, (byte) second);
    }

    @Test
    void anyDamagedFileIsReadOrRefused() {
        SplittableRandom random = new SplittableRandom(7);
        for (String name :
                new String[] {"p.png", "rgb_q90_s2.jpg", "cmyk.jpg", "rgb.gif", "p.tif", "one.bmp", "l.pgm"}) {
            byte[] whole = ImageFiles.bytes(name);
            for (int i = 0; i < 60; i++) {
                byte[] damaged = Arrays.copyOf(whole, random.nextInt(whole.length / 2, whole.length + 1));
                for (int flips = random.nextInt(1, 6); flips > 0; flips--) {
                    damaged[random.nextInt(Math.min(damaged.length, 300))] = (byte) random.nextInt();
                }
                try {
                    assertThat(ImageDecoder.decode(damaged, name).rgb()).isNotEmpty();
                } catch (AmalgamException e) {
                    assertThat(e).hasMessageStartingWith(name + ": cannot decode the image");
                }
            }
        }
    }
}
