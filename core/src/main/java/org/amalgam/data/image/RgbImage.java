package org.amalgam.data.image;

/**
 * An 8-bit RGB image.
 *
 * @param width in pixels
 * @param height in pixels
 * @param rgb rows from the top, pixels from the left, red, green, blue: {@code height * width * 3} bytes, read as unsigned;
 *     not copied, and not to be written to
 */
@SuppressWarnings(
        "ArrayRecordComponent") // compared by nobody, and a copy of every image would cost more than it guards
public record RgbImage(int width, int height, byte[] rgb) {

    public RgbImage {
        if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
            throw new IllegalArgumentException(
                    "an image of " + width + "x" + height + " pixels cannot have " + rgb.length + " bytes");
        }
    }
}
