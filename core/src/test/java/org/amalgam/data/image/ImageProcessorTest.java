package org.amalgam.data.image;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ImageProcessorTest {

    @TempDir
    Path folder;

    private ImageProcessor read(String json) throws IOException {
        Files.writeString(folder.resolve("preprocessor_config.json"), json.replace('\'', '"'));
        return ImageProcessor.read(folder);
    }

    @Test
    void hasTheDefaultsOfClip() throws Exception {
        ImageProcessor processor = read("{}");

        assertThat(processor.resize()).isEqualTo(new Resize.ShortestEdge(224));
        assertThat(processor.resample()).isEqualTo(Resample.BICUBIC);
        assertThat(List.of(processor.height(), processor.width())).containsExactly(224, 224);
        assertThat(processor.rescale()).isEqualTo(1 / 255.0);
        assertThat(processor.mean().get(1)).isEqualTo((float) 0.4578275);
    }

    @Test
    void readsOldAndNewSpellings() throws Exception {
        ImageProcessor old = read("{'feature_extractor_type': 'CLIPFeatureExtractor', 'size': 32, 'crop_size': 16}");
        ImageProcessor wide =
                read("{'size': {'height': 8, 'width': 12}, 'do_center_crop': false, 'resample': 2, 'do_pad': false}");

        assertThat(old.resize()).isEqualTo(new Resize.ShortestEdge(32));
        assertThat(old.height()).isEqualTo(16);
        assertThat(wide.resize()).isEqualTo(new Resize.Exact(8, 12));
        assertThat(List.of(wide.height(), wide.width())).containsExactly(8, 12);
        assertThat(wide.resample()).isEqualTo(Resample.BILINEAR);
        assertThat(old.fingerprint())
                .isNotEqualTo(wide.fingerprint())
                .isEqualTo(read("{'size': {'shortest_edge': 32}, 'crop_size': {'height': 16, 'width': 16}}")
                        .fingerprint());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'do_pad': true} | do_pad is not supported",
                "{'image_processor_type': 'ViTImageProcessor'} | image_processor_type is ViTImageProcessor",
                "{'resample': 9} | resample is 9, expected 0 (nearest)",
                "{'resample': 'cubic'} | resample is \"cubic\", expected a whole number",
                "{'size': {'longest_edge': 3}} | size is {\"longest_edge\":3}, expected a number",
                "{'size': 0} | size is 0, expected a whole number of at least 1",
                "{'crop_size': [3]} | crop_size is [3]",
                "{'do_center_crop': false} | images would differ in size",
                "{'do_resize': 'no'} | do_resize is \"no\", expected true or false",
                "{'image_mean': [1, 2]} | image_mean is [1,2], expected three numbers",
                "{'image_std': [1, 0, 1]} | image_std is [1,0,1], expected three non-zero numbers",
                "{'rescale_factor': 'x'} | rescale_factor is \"x\", expected a number",
                "[] | holds no JSON object",
                "{'size' | cannot be read as JSON"
            })
    void namesWhatItDoesNotSupport(String json, String message) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("preprocessor_config.json")
                .hasMessageContaining(message);
    }

    @Test
    void saysThatTheFileIsMissing() {
        assertThatThrownBy(() -> ImageProcessor.read(folder))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("preprocessor_config.json does not exist");
    }

    @Test
    void cropsTheMiddleAndPadsASmallImageWithZeros() throws Exception {
        ImageProcessor crop = read("{'do_resize': false, 'crop_size': {'height': 2, 'width': 4}}");
        byte[] rgb = new byte[5 * 2 * 3];
        for (int i = 0; i < 10; i++) {
            rgb[3 * i] = (byte) (i + 1);
        }
        byte[] wide = crop.pixels(new RgbImage(5, 2, rgb));
        byte[] narrow = crop.pixels(new RgbImage(1, 1, new byte[] {9, 8, 7}));

        assertThat(List.of(wide[0], wide[3], wide[4], wide[7], wide[8])).containsExactly(bytes(1, 4, 6, 9, 0));
        // transformers pads by the ceiling of half the difference: 1 above of 1, 2 on the left of 3.
        assertThat(List.of(narrow[6], narrow[8 + 6], narrow[16 + 6])).containsExactly(bytes(9, 8, 7));
        assertThat(narrow[0]).isZero();
    }

    @Test
    void normalisesEachChannelInSinglePrecision() throws Exception {
        ImageProcessor processor =
                read("{'crop_size': 1, 'image_mean': [0.5, 0.25, 0], 'image_std': [0.5, 0.1, 1], 'size': 1}");

        float[] values = processor.normalise(new byte[] {(byte) 255, 127, 0, 0, 0, (byte) 255});

        float gray = (float) (127 * (1 / 255.0));
        assertThat(values).containsExactly(1f, (gray - 0.25f) / 0.1f, 0f, -1f, (0f - 0.25f) / 0.1f, 1f);
    }

    @Test
    void leavesOutWhatIsSwitchedOff() throws Exception {
        ImageProcessor processor = read("{'do_rescale': false, 'do_normalize': false, 'size': 1, 'crop_size': 1}");

        assertThat(processor.normalise(new byte[] {1, (byte) 200, 3})).containsExactly(1f, 200f, 3f);
    }

    @Test
    void refusesAnImageThatIsALine() throws Exception {
        ImageProcessor processor = read("{}");

        assertThatThrownBy(() -> processor.pixels(new RgbImage(1, 3000, new byte[9000])))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining("1x3000 pixels is too long for its width");
    }

    private static Byte[] bytes(int... values) {
        Byte[] bytes = new Byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
