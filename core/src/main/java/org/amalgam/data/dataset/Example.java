package org.amalgam.data.dataset;

/**
 * One image.
 *
 * @param encoded the image file's bytes
 * @param label the class, counted from 0; -1 where it is hidden or there is none
 * @param where file and row, as errors name the example
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes of a file, handed on to the decoder
public record Example(byte[] encoded, int label, String where) {}
