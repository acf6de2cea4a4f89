package org.amalgam.data.dataset;

/**
 * Pixels of several examples, resized and cropped, not yet normalised.
 *
 * @param pixels {@code [n, 3, height, width]}, unsigned bytes
 * @param labels {@code [n]}
 * @param n examples
 * @param height in pixels
 * @param width in pixels
 */
@SuppressWarnings("ArrayRecordComponent") // goes straight into a tensor, and is compared by nobody
public record PixelBatch(byte[] pixels, long[] labels, int n, int height, int width) {}
