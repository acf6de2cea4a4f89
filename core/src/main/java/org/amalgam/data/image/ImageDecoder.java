package org.amalgam.data.image;

import org.amalgam.AmalgamException;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Encoded images to 8-bit RGB, as Pillow's {@code Image.open(...).convert("RGB")} gives it: alpha is dropped without being
 * applied, palettes and grays are expanded, 16-bit gray is clipped to 255, embedded colour profiles, gamma and orientation are
 * left alone. Reads PNG, JPEG (also CMYK), GIF (first frame), BMP, TIFF and binary PGM and PPM.
 */
public final class ImageDecoder {

    /** Pillow refuses larger images too: a small file can promise any size. */
    private static final long MAX_PIXELS = 2L * 89_478_485;

    private ImageDecoder() {}

    /**
     * Decodes one image.
     *
     * @param where what the error names: the file, or the file and row
     * @throws AmalgamException if the bytes are no image, are cut off, or are of a kind that is not read
     */
    public static RgbImage decode(byte[] encoded, String where) {
        Format format = Format.of(encoded);
        try {
            return switch (format) {
                case PNM -> Pnm.decode(encoded);
                case JPEG, PNG, GIF, BMP, TIFF -> read(encoded, format);
                case WEBP -> throw new IOException("WebP is not read, convert it to PNG or JPEG");
                case UNKNOWN ->
                    throw new IOException(
                            encoded.length == 0
                                    ? "it is empty"
                                    : "it does not begin like a PNG, JPEG, GIF, BMP, TIFF, PGM or PPM file");
            };
        } catch (IOException | RuntimeException e) {
            // Decoders answer broken files with exceptions of every kind, index errors included.
            throw new AmalgamException(
                    where + ": cannot decode the image (" + encoded.length + " bytes"
                            + (format == Format.UNKNOWN ? "" : ", " + format) + "): " + reason(e),
                    e);
        }
    }

    private static RgbImage read(byte[] encoded, Format format) throws IOException {
        IOException failure = null;
        for (ImageReader reader : readers(format)) {
            try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
                return read(reader, in, encoded, format);
            } catch (EOFException e) {
                // Final: a more lenient reader would fill up what is missing.
                throw e;
            } catch (IOException | RuntimeException e) {
                failure = failure == null ? new IOException(reason(e), e) : failure;
            } finally {
                reader.dispose();
            }
        }
        throw failure == null ? new IOException("no reader for " + format + " on the class path") : failure;
    }

    private static RgbImage read(ImageReader reader, ImageInputStream in, byte[] encoded, Format format)
            throws IOException {
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
        reader.setInput(in, true, true);
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > MAX_PIXELS) {
            throw new IOException(width + "x" + height + " pixels are more than " + MAX_PIXELS);
        }
        RgbImage image = format == Format.JPEG
                ? JpegColors.of(encoded).toRgb(reader.readRaster(0, null))
                : PixelLayout.toRgb(reader.read(0), format);
        for (String warning : warnings) {
            // The readers fill up what is missing and only warn; Pillow refuses.
            String lower = warning.toLowerCase(Locale.ROOT);
            if (lower.contains("premature") || lower.contains("truncated")) {
                throw new EOFException("the file is cut off");
            }
        }
        if (format == Format.GIF && coversPartOfScreen(encoded, image)) {
            throw new IOException("the first frame of " + image.width() + "x" + image.height()
                    + " pixels covers a part of the picture only");
        }
        return image;
    }

    /**
     * The platform's readers before the plug-ins: its JPEG reader computes what libjpeg does, to the last bit. Only its TIFF
     * reader rounds palettes otherwise than Pillow.
     */
    private static List<ImageReader> readers(Format format) {
        List<ImageReader> readers = new ArrayList<>();
        Iterator<ImageReader> found = ImageIO.getImageReadersByFormatName(format.name());
        found.forEachRemaining(readers::add);
        boolean platformFirst = format != Format.TIFF;
        readers.sort(
                Comparator.comparing(reader -> reader.getClass().getName().startsWith("com.sun.") != platformFirst));
        return readers;
    }

    private static boolean coversPartOfScreen(byte[] gif, RgbImage frame) {
        int width = (gif[6] & 0xff) | (gif[7] & 0xff) << 8;
        int height = (gif[8] & 0xff) | (gif[9] & 0xff) << 8;
        return frame.width() < width || frame.height() < height;
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        return message == null || message.isBlank() ? "the data are damaged" : message;
    }
}
