package org.amalgam.data.image;

import java.util.Arrays;

/**
 * Pillow's {@code Image.resize}, equal to the last bit: an antialiased separable filter with coefficients in fixed point of 22
 * bits, each pass rounded to 8 bits. A pass whose size does not change is left out.
 *
 * <p>The order of the passes is that of Pillow 13: the horizontal one first, unless the height loses more than twice as many
 * pixels as the width. Older versions always began with the horizontal pass; as each pass clips what the filter overshoots, tall
 * images come out a few levels apart.
 */
public final class PilResize {

    /** 32 bits of the accumulator, less 8 bits of a sample and 2 for the filter's overshoot. */
    private static final int PRECISION_BITS = 32 - 8 - 2;

    private static final int CHANNELS = 3;

    private PilResize() {}

    /** The image at {@code width x height} pixels; the same object where it has that size already. */
    public static RgbImage resize(RgbImage image, int width, int height, Resample resample) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("cannot resize to " + width + "x" + height + " pixels");
        }
        if (width == image.width() && height == image.height()) {
            return image;
        }
        if (resample == Resample.NEAREST) {
            return nearest(image, width, height);
        }
        return verticalFirst(image, width, height)
                ? horizontal(vertical(image, height, resample), width, resample)
                : vertical(horizontal(image, width, resample), height, resample);
    }

    private static boolean verticalFirst(RgbImage image, int width, int height) {
        return image.height() > height && image.height() - height > 2L * (image.width() - width);
    }

    private static RgbImage horizontal(RgbImage image, int width, Resample resample) {
        if (width == image.width()) {
            return image;
        }
        Coefficients coefficients = Coefficients.of(image.width(), width, resample);
        byte[] in = image.rgb();
        byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(image.height(), width), CHANNELS)];
        for (int y = 0, o = 0; y < image.height(); y++) {
            int row = y * image.width() * CHANNELS;
            for (int x = 0; x < width; x++, o += CHANNELS) {
                int red = 1 << (PRECISION_BITS - 1);
                int green = red;
                int blue = red;
                int i = row + coefficients.first(x) * CHANNELS;
                int k = coefficients.offset(x);
                for (int end = k + coefficients.count(x); k < end; k++, i += CHANNELS) {
                    int weight = coefficients.fixed[k];
                    red += (in[i] & 0xff) * weight;
                    green += (in[i + 1] & 0xff) * weight;
                    blue += (in[i + 2] & 0xff) * weight;
                }
                out[o] = clip(red);
                out[o + 1] = clip(green);
                out[o + 2] = clip(blue);
            }
        }
        return new RgbImage(width, image.height(), out);
    }

    private static RgbImage vertical(RgbImage image, int height, Resample resample) {
        if (height == image.height()) {
            return image;
        }
        Coefficients coefficients = Coefficients.of(image.height(), height, resample);
        int stride = image.width() * CHANNELS;
        byte[] in = image.rgb();
        byte[] out = new byte[Math.multiplyExact(height, stride)];
        int[] sums = new int[stride];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, 1 << (PRECISION_BITS - 1));
            int k = coefficients.offset(y);
            for (int row = 0; row < coefficients.count(y); row++) {
                int weight = coefficients.fixed[k + row];
                int i = (coefficients.first(y) + row) * stride;
                for (int s = 0; s < stride; s++) {
                    sums[s] += (in[i + s] & 0xff) * weight;
                }
            }
            for (int s = 0, o = y * stride; s < stride; s++, o++) {
                out[o] = clip(sums[s]);
            }
        }
        return new RgbImage(image.width(), height, out);
    }

    /** Positions are summed up step by step as Pillow does, so that ties fall to the same side. */
    private static RgbImage nearest(RgbImage image, int width, int height) {
        int[] columns = nearestPositions(image.width(), width);
        int[] rows = nearestPositions(image.height(), height);
        byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(height, width), CHANNELS)];
        int o = 0;
        for (int row : rows) {
            for (int column : columns) {
                int i = (row * image.width() + column) * CHANNELS;
                out[o++] = image.rgb()[i];
                out[o++] = image.rgb()[i + 1];
                out[o++] = image.rgb()[i + 2];
            }
        }
        return new RgbImage(width, height, out);
    }

    private static int[] nearestPositions(int from, int to) {
        double step = (double) from / to;
        double position = step * 0.5;
        int[] positions = new int[to];
        for (int i = 0; i < to; i++, position += step) {
            positions[i] = Math.min((int) position, from - 1);
        }
        return positions;
    }

    private static byte clip(int sum) {
        return (byte) Math.max(0, Math.min(255, sum >> PRECISION_BITS));
    }

    /** For every output position: the first source position, how many, and their weights, which lie {@code width} apart. */
    private static final class Coefficients {
        private final int[] bounds;
        private final int[] fixed;
        private final int width;

        private Coefficients(int[] bounds, int[] fixed, int width) {
            this.bounds = bounds;
            this.fixed = fixed;
            this.width = width;
        }

        static Coefficients of(int from, int to, Resample resample) {
            double scale = (double) from / to;
            double filterScale = Math.max(1, scale);
            double support = resample.support() * filterScale;
            double inverse = 1 / filterScale;
            int width = (int) Math.ceil(support) * 2 + 1;
            int[] bounds = new int[2 * to];
            int[] fixed = new int[Math.multiplyExact(to, width)];
            double[] weights = new double[width];
            for (int i = 0; i < to; i++) {
                double center = (i + 0.5) * scale;
                int first = Math.max(0, (int) (center - support + 0.5));
                int count = Math.min(from, (int) (center + support + 0.5)) - first;
                double sum = 0;
                for (int x = 0; x < count; x++) {
                    weights[x] = resample.weight((x + first - center + 0.5) * inverse);
                    sum += weights[x];
                }
                for (int x = 0; x < count; x++) {
                    double share = sum == 0 ? weights[x] : weights[x] / sum;
                    fixed[i * width + x] = (int) ((share < 0 ? -0.5 : 0.5) + share * (1 << PRECISION_BITS));
                }
                bounds[2 * i] = first;
                bounds[2 * i + 1] = count;
            }
            return new Coefficients(bounds, fixed, width);
        }

        int first(int i) {
            return bounds[2 * i];
        }

        int count(int i) {
            return bounds[2 * i + 1];
        }

        int offset(int i) {
            return i * width;
        }
    }
}
