package org.amalgam.data.image;

import java.nio.charset.StandardCharsets;

/** Image file formats by their first bytes; file names are not trusted. */
enum Format {
    PNG,
    JPEG,
    GIF,
    BMP,
    TIFF,
    PNM,
    WEBP,
    UNKNOWN;

    static Format of(byte[] encoded) {
        String head = new String(encoded, 0, Math.min(encoded.length, 12), StandardCharsets.ISO_8859_1);
        if (head.startsWith("\u0089PNG\r\n\u001a\n")) {
            return PNG;
        }
        if (head.startsWith("\u00ff\u00d8\u00ff")) {
            return JPEG;
        }
        if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) {
            return GIF;
        }
        if (head.startsWith("II*\0") || head.startsWith("MM\0*")) {
            return TIFF;
        }
        if (head.startsWith("P5") || head.startsWith("P6")) {
            return PNM;
        }
        if (head.startsWith("RIFF") && head.endsWith("WEBP")) {
            return WEBP;
        }
        return head.startsWith("BM") ? BMP : UNKNOWN;
    }
}
