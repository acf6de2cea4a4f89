package org.amalgam.data.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;

/**
 * Stored samples to RGB without colour management: {@code BufferedImage.getRGB} would take gray for linear light and brighten
 * it.
 */
final class PixelLayout {

    private PixelLayout() {}

    static RgbImage toRgb(BufferedImage image, Format format) throws IOException {
        ColorModel colors = image.getColorModel();
        Raster raster = image.getRaster();
        if (colors instanceof IndexColorModel palette) {
            return expand(raster, palette);
        }
        int type = raster.getTransferType();
        if (colors.isAlphaPremultiplied()
                || (type != DataBuffer.TYPE_BYTE && type != DataBuffer.TYPE_USHORT && type != DataBuffer.TYPE_INT)) {
            throw new IOException(format + " with "
                    + (colors.isAlphaPremultiplied() ? "premultiplied alpha" : "signed or floating samples")
                    + " is not read");
        }
        int bands = raster.getNumBands();
        int space = colors.getColorSpace().getType();
        if (space == ColorSpace.TYPE_GRAY && bands <= 2) {
            return gray(raster);
        }
        if (space == ColorSpace.TYPE_RGB && bands >= 3) {
            return rgb(raster);
        }
        if (space == ColorSpace.TYPE_CMYK
                && bands >= 4
                && raster.getSampleModel().getSampleSize(0) == 8) {
            return cmyk(raster);
        }
        throw new IOException(format + " with " + bands + " channels of this colour space is not read");
    }

    private static RgbImage expand(Raster raster, IndexColorModel palette) {
        // 65536 entries: an index beyond the palette is black, as in Pillow, where the reader lets it pass.
        byte[] reds = new byte[1 << 16];
        byte[] greens = new byte[1 << 16];
        byte[] blues = new byte[1 << 16];
        palette.getReds(reds);
        palette.getGreens(greens);
        palette.getBlues(blues);
        return map(raster, (samples, i, out, o) -> {
            int index = samples[i] & 0xffff;
            out[o] = reds[index];
            out[o + 1] = greens[index];
            out[o + 2] = blues[index];
        });
    }

    private static RgbImage gray(Raster raster) {
        int bits = raster.getSampleModel().getSampleSize(0);
        // Pillow clips 16-bit gray to 255 but takes the high byte where there is alpha.
        boolean clip = bits == 16 && raster.getNumBands() == 1;
        return map(raster, (samples, i, out, o) -> {
            byte value = (byte) (clip ? Math.min(samples[i], 255) : toEightBits(samples[i], bits));
            out[o] = value;
            out[o + 1] = value;
            out[o + 2] = value;
        });
    }

    private static RgbImage rgb(Raster raster) {
        int[] bits = raster.getSampleModel().getSampleSize();
        return map(raster, (samples, i, out, o) -> {
            for (int c = 0; c < 3; c++) {
                out[o + c] = (byte) toEightBits(samples[i + c], bits[c]);
            }
        });
    }

    /** Pillow's conversion of cyan, magenta, yellow and black, 255 being full ink. */
    static RgbImage cmyk(Raster raster) {
        return map(raster, (samples, i, out, o) -> fromCmyk(samples, i, out, o));
    }

    static void fromCmyk(int[] samples, int i, byte[] out, int o) {
        int light = 255 - samples[i + 3];
        for (int c = 0; c < 3; c++) {
            int product = samples[i + c] * light + 128;
            out[o + c] = (byte) Math.max(0, light - (((product >> 8) + product) >> 8));
        }
    }

    private static int toEightBits(int sample, int bits) {
        if (bits == 8) {
            return sample;
        }
        return bits > 8 ? sample >> (bits - 8) : sample * 255 / ((1 << bits) - 1);
    }

    /** Writes the RGB value of the pixel whose samples begin at {@code i}. */
    interface Pixel {
        void convert(int[] samples, int i, byte[] out, int o);
    }

    static RgbImage map(Raster raster, Pixel pixel) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        int bands = raster.getNumBands();
        byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        int[] row = new int[width * bands];
        for (int y = 0, o = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int i = 0; i < row.length; i += bands, o += 3) {
                pixel.convert(row, i, out, o);
            }
        }
        return new RgbImage(width, height, out);
    }
}
