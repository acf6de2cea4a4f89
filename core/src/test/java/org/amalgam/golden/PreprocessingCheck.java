package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.data.image.ImageDecoder;
import org.amalgam.data.image.ImageProcessor;
import org.amalgam.data.image.Resample;
import org.amalgam.data.image.Resize;
import org.amalgam.data.image.RgbImage;
import org.amalgam.tensor.DType;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** Image files to pixels: bytes after resize and crop, to the last bit, and floats after normalisation. */
final class PreprocessingCheck implements Check {

    private static final Pattern RESULT = Pattern.compile("(uint8|pixel_values)_(\\d+)/(\\d+)");

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.settings().has("images");
    }

    @Override
    public void run(GoldenCase golden) throws Exception {
        JsonNode images = golden.settings().path("images");
        for (String name : golden.expected()) {
            Matcher result = RESULT.matcher(name);
            assertThat(result.matches()).as("%s names its size and image", name).isTrue();
            int size = Integer.parseInt(result.group(2));
            Path file = golden.path(
                    images.path(Integer.parseInt(result.group(3))).path("file").asText());
            RgbImage image = ImageDecoder.decode(Files.readAllBytes(file), file.toString());
            ImageProcessor processor = processor(golden.settings(), size);
            byte[] pixels = processor.pixels(image);
            golden.expect(
                    name,
                    result.group(1).equals("uint8")
                            ? new HostTensor(DType.U8, List.of(3L, (long) size, (long) size), ByteBuffer.wrap(pixels))
                            : HostTensor.ofFloats(processor.normalise(pixels), 3, size, size));
        }
    }

    private static ImageProcessor processor(JsonNode settings, int size) {
        return new ImageProcessor(
                new Resize.ShortestEdge(size),
                Resample.BICUBIC,
                size,
                size,
                1 / 255.0,
                floats(settings.path("image_mean")),
                floats(settings.path("image_std")));
    }

    private static List<Float> floats(JsonNode array) {
        List<Float> floats = new ArrayList<>();
        array.forEach(number -> floats.add((float) number.doubleValue()));
        return floats;
    }
}
