package org.amalgam.data.image;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.AmalgamException;

import java.nio.file.Path;
import java.util.List;

/**
 * From a decoded image to a vision tower's input, with the arithmetic of transformers' {@code CLIPImageProcessor}: resize,
 * centre crop, rescale, normalise.
 *
 * @param resize what the image is resampled to first
 * @param resample the filter
 * @param height of the centre crop in pixels, and of the result
 * @param width of the centre crop in pixels, and of the result
 * @param rescale what a byte is multiplied by, 1/255 by default
 * @param mean subtracted per channel after rescaling: red, green, blue
 * @param std divided by per channel after subtracting
 */
public record ImageProcessor(
        Resize resize, Resample resample, int height, int width, double rescale, List<Float> mean, List<Float> std) {

    /** The file of a model folder that describes one. */
    public static final String FILE_NAME = "preprocessor_config.json";

    static final int CHANNELS = 3;

    /** Longest edge that a resize may give; beyond it an image is a line, and its middle says nothing about it. */
    private static final int MAX_EDGE = 1 << 16;

    public ImageProcessor {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (height < 1 || width < 1 || mean.size() != CHANNELS || std.size() != CHANNELS) {
            throw new IllegalArgumentException("an image processor needs a size, three means and three deviations");
        }
    }

    /**
     * The processor of a model folder.
     *
     * @throws AmalgamException if the folder has no {@code preprocessor_config.json}, or a setting in it is not supported
     */
    public static ImageProcessor read(Path modelFolder) {
        return ProcessorConfig.read(modelFolder.resolve(FILE_NAME));
    }

    /**
     * The processor that such an object as {@code preprocessor_config.json} holds describes.
     *
     * @param where the file it comes from, for errors
     * @throws AmalgamException if a setting in it is not supported
     */
    public static ImageProcessor of(JsonNode settings, Path where) {
        return ProcessorConfig.of(settings, where);
    }

    /**
     * The image resized and cropped, before rescaling: bytes in the order channel, row, column, {@code 3 * height * width} of
     * them. Where the image is smaller than the crop, it lies in the middle of zeros.
     */
    public byte[] pixels(RgbImage image) {
        if (resize instanceof Resize.ShortestEdge to
                && (long) to.edge() * Math.max(image.width(), image.height())
                        > (long) MAX_EDGE * Math.min(image.width(), image.height())) {
            throw new AmalgamException("an image of " + image.width() + "x" + image.height()
                    + " pixels is too long for its width to bring its shorter edge to " + to.edge() + " pixels");
        }
        RgbImage resized = resize.apply(image, resample);
        int top = Math.floorDiv(resized.height() - height, 2);
        int left = Math.floorDiv(resized.width() - width, 2);
        byte[] out = new byte[CHANNELS * height * width];
        for (int y = Math.max(0, -top); y < Math.min(height, resized.height() - top); y++) {
            for (int x = Math.max(0, -left); x < Math.min(width, resized.width() - left); x++) {
                int i = ((y + top) * resized.width() + x + left) * CHANNELS;
                for (int c = 0; c < CHANNELS; c++) {
                    out[(c * height + y) * width + x] = resized.rgb()[i + c];
                }
            }
        }
        return out;
    }

    /**
     * Pixels of one or more images to float32: the product with {@code rescale} in float64, then rounded, the rest in float32.
     *
     * @param pixels {@code [n, 3, height, width]} as {@link #pixels} gives them
     * @return the same shape
     */
    public float[] normalise(byte[] pixels) {
        int plane = height * width;
        if (pixels.length % (CHANNELS * plane) != 0) {
            throw new IllegalArgumentException(
                    pixels.length + " bytes are no whole images of 3x" + height + "x" + width);
        }
        float[][] values = new float[CHANNELS][256];
        for (int c = 0; c < CHANNELS; c++) {
            for (int v = 0; v < 256; v++) {
                values[c][v] = ((float) (v * rescale) - mean.get(c)) / std.get(c);
            }
        }
        float[] out = new float[pixels.length];
        for (int start = 0; start < pixels.length; start += plane) {
            float[] channel = values[start / plane % CHANNELS];
            for (int i = start; i < start + plane; i++) {
                out[i] = channel[pixels[i] & 0xff];
            }
        }
        return out;
    }

    /** All settings in one line; processors with equal lines give equal numbers. */
    public String fingerprint() {
        return toString();
    }
}
