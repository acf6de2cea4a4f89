package org.amalgam.data.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Binary portable graymaps and pixmaps ({@code P5}, {@code P6}) of 8 bits, in which some traffic-sign and digit sets come. */
public final class Pnm {

    private Pnm() {}

    static RgbImage decode(byte[] encoded) throws IOException {
        int[] at = {2};
        int width = number(encoded, at);
        int height = number(encoded, at);
        int most = number(encoded, at);
        if (width < 1 || height < 1 || most != 255) {
            throw new IOException("expected a size and the maximum 255, found " + width + " " + height + " " + most);
        }
        int channels = encoded[1] == '5' ? 1 : 3;
        int start = at[0] + 1;
        if ((long) width * height * channels > encoded.length - start) {
            throw new IOException("the file is cut off");
        }
        byte[] rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = encoded[start + (channels == 1 ? i / 3 : i)];
        }
        return new RgbImage(width, height, rgb);
    }

    /** A graymap file of the pixels, one byte each, row by row from the top. */
    public static byte[] encodeGray(byte[] pixels, int from, int width, int height) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(32 + width * height);
        out.writeBytes(("P5\n" + width + " " + height + "\n255\n").getBytes(StandardCharsets.US_ASCII));
        out.write(pixels, from, width * height);
        return out.toByteArray();
    }

    /** The next decimal number; leaves the position at the one blank that ends it. */
    private static int number(byte[] encoded, int[] at) throws IOException {
        int i = at[0];
        while (i < encoded.length && (Character.isWhitespace(encoded[i]) || encoded[i] == '#')) {
            if (encoded[i] == '#') {
                while (i < encoded.length && encoded[i] != '\n') {
                    i++;
                }
            } else {
                i++;
            }
        }
        long value = 0;
        int digits = 0;
        for (; i < encoded.length && encoded[i] >= '0' && encoded[i] <= '9' && digits < 10; i++, digits++) {
            value = value * 10 + encoded[i] - '0';
        }
        if (digits == 0 || value > Integer.MAX_VALUE || i >= encoded.length) {
            throw new IOException("its header holds no size");
        }
        at[0] = i;
        return (int) value;
    }
}
