package org.amalgam.data.image;

import java.awt.image.Raster;
import java.io.IOException;

/**
 * The colours of a JPEG file, guessed from its markers as libjpeg does ({@code jdapimin.c}), and converted with libjpeg's
 * integer arithmetic ({@code jdcolor.c}), so that the pixels are Pillow's.
 */
enum JpegColors {
    GRAY(1),
    RGB(3),
    YCBCR(3),
    CMYK(4),
    YCCK(4);

    private static final int SCALE_BITS = 16;
    private static final int HALF = 1 << (SCALE_BITS - 1);
    private static final int CR_TO_RED = fixed(1.40200);
    private static final int CR_TO_GREEN = fixed(0.71414);
    private static final int CB_TO_GREEN = fixed(0.34414);
    private static final int CB_TO_BLUE = fixed(1.77200);

    private final int components;

    JpegColors(int components) {
        this.components = components;
    }

    /** Reads the markers up to the frame header. */
    static JpegColors of(byte[] jpeg) throws IOException {
        boolean jfif = false;
        int adobeTransform = -1;
        int at = 2;
        while (at + 4 <= jpeg.length) {
            if ((jpeg[at] & 0xff) != 0xff) {
                at++;
                continue;
            }
            int marker = jpeg[at + 1] & 0xff;
            if (marker == 0xff || marker == 0 || marker == 1 || (marker >= 0xd0 && marker <= 0xd8)) {
                at += marker == 0xff ? 1 : 2;
                continue;
            }
            int length = (jpeg[at + 2] & 0xff) << 8 | (jpeg[at + 3] & 0xff);
            int body = at + 4;
            if (marker == 0xe0 && length >= 7 && startsWith(jpeg, body, "JFIF\0")) {
                jfif = true;
            } else if (marker == 0xee && length >= 14 && startsWith(jpeg, body, "Adobe") && body + 11 < jpeg.length) {
                adobeTransform = jpeg[body + 11] & 0xff;
            } else if (isFrameHeader(marker)) {
                return ofFrame(jpeg, body, jfif, adobeTransform);
            }
            at += 2 + length;
        }
        throw new IOException("it has no frame header");
    }

    private static JpegColors ofFrame(byte[] jpeg, int body, boolean jfif, int adobeTransform) throws IOException {
        int components = body + 5 < jpeg.length ? jpeg[body + 5] & 0xff : 0;
        if (body + 6 + 3 * components > jpeg.length) {
            throw new IOException("the file is cut off");
        }
        return switch (components) {
            case 1 -> GRAY;
            case 3 -> {
                if (jfif) {
                    yield YCBCR;
                }
                boolean named = jpeg[body + 6] == 'R' && jpeg[body + 9] == 'G' && jpeg[body + 12] == 'B';
                yield adobeTransform == 0 || (adobeTransform < 0 && named) ? RGB : YCBCR;
            }
            case 4 -> adobeTransform <= 0 ? CMYK : YCCK;
            default -> throw new IOException("JPEG with " + components + " components is not read");
        };
    }

    private static boolean isFrameHeader(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    private static boolean startsWith(byte[] bytes, int at, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (at + i >= bytes.length || bytes[at + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The RGB image of the samples as they are stored. Four-colour files hold inverted inks, by Adobe's convention. */
    RgbImage toRgb(Raster raster) throws IOException {
        if (raster.getNumBands() != components) {
            throw new IOException("expected " + components + " components, found " + raster.getNumBands());
        }
        return PixelLayout.map(
                raster,
                switch (this) {
                    case GRAY ->
                        (samples, i, out, o) -> {
                            out[o] = (byte) samples[i];
                            out[o + 1] = (byte) samples[i];
                            out[o + 2] = (byte) samples[i];
                        };
                    case RGB ->
                        (samples, i, out, o) -> {
                            out[o] = (byte) samples[i];
                            out[o + 1] = (byte) samples[i + 1];
                            out[o + 2] = (byte) samples[i + 2];
                        };
                    case YCBCR ->
                        (samples, i, out, o) -> {
                            fromYcc(samples, i);
                            out[o] = (byte) samples[i];
                            out[o + 1] = (byte) samples[i + 1];
                            out[o + 2] = (byte) samples[i + 2];
                        };
                    case CMYK ->
                        (samples, i, out, o) -> {
                            for (int c = 0; c < 4; c++) {
                                samples[i + c] = 255 - samples[i + c];
                            }
                            PixelLayout.fromCmyk(samples, i, out, o);
                        };
                    case YCCK ->
                        (samples, i, out, o) -> {
                            // YCC gives 255 - ink; inverted once more by the convention, the ink is what YCC gives.
                            fromYcc(samples, i);
                            samples[i + 3] = 255 - samples[i + 3];
                            PixelLayout.fromCmyk(samples, i, out, o);
                        };
                });
    }

    private static void fromYcc(int[] samples, int i) {
        int y = samples[i];
        int cb = samples[i + 1] - 128;
        int cr = samples[i + 2] - 128;
        samples[i] = clip(y + ((CR_TO_RED * cr + HALF) >> SCALE_BITS));
        samples[i + 1] = clip(y + ((-CB_TO_GREEN * cb + HALF - CR_TO_GREEN * cr) >> SCALE_BITS));
        samples[i + 2] = clip(y + ((CB_TO_BLUE * cb + HALF) >> SCALE_BITS));
    }

    private static int fixed(double factor) {
        return (int) (factor * (1 << SCALE_BITS) + 0.5);
    }

    private static int clip(int value) {
        return Math.max(0, Math.min(255, value));
    }
}
