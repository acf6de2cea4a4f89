package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Reads safetensors files: 8 bytes with the little-endian length of a JSON header, the header, the tensors' bytes without a gap
 * (<a href="https://github.com/huggingface/safetensors#format">format</a>). Nothing of a file is believed before it is checked
 * against the file's length, so a hostile header can neither read elsewhere nor make the reader allocate more than the file holds.
 */
public final class Safetensors {

    /** Bytes before the header. */
    static final int LENGTH_BYTES = 8;

    /** The format's own limit on the header. */
    static final long MAX_HEADER_BYTES = 100_000_000;

    private Safetensors() {}

    /**
     * Opens a file by reading and validating its header; the data stay on disk until a slot is mapped.
     *
     * @throws AmalgamException if the file cannot be read, is truncated or does not follow the format
     */
    public static SafetensorsFile open(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long fileBytes = channel.size();
            int headerBytes = headerLength(file, channel, fileBytes);
            byte[] header = Mapped.read(channel, LENGTH_BYTES, headerBytes);
            if (headerBytes == 0 || header[0] != '{') {
                throw new AmalgamException(file + ": the header must start with '{'; is this a safetensors file?");
            }
            SafetensorsFile parsed = new SafetensorsHeader(file, LENGTH_BYTES + headerBytes).parse(header);
            requireContiguous(parsed.inFileOrder(), file, LENGTH_BYTES + headerBytes, fileBytes);
            return parsed;
        } catch (IOException e) {
            throw Mapped.unreadable(file, e);
        }
    }

    private static int headerLength(Path file, FileChannel channel, long fileBytes) throws IOException {
        if (fileBytes < LENGTH_BYTES) {
            throw new AmalgamException(file + ": expected at least " + LENGTH_BYTES + " bytes, found " + fileBytes
                    + ". The file is truncated or no safetensors file");
        }
        long length = ByteBuffer.wrap(Mapped.read(channel, 0, LENGTH_BYTES))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        if (length < 0 || length > MAX_HEADER_BYTES) {
            throw new AmalgamException(file + ": claims a header of " + Long.toUnsignedString(length)
                    + " bytes, the format allows " + MAX_HEADER_BYTES + "; is this a safetensors file?");
        }
        if (length > fileBytes - LENGTH_BYTES) {
            throw new AmalgamException(file + ": claims a header of " + length + " bytes, the file has only "
                    + (fileBytes - LENGTH_BYTES) + " after the length. It is truncated; fetch it again");
        }
        return (int) length;
    }

    private static void requireContiguous(List<TensorSlot> slots, Path file, long dataStart, long fileBytes) {
        String previous = null;
        long end = dataStart;
        for (TensorSlot slot : slots) {
            if (slot.offset() < end) {
                throw new AmalgamException(
                        file + ": tensors " + previous + " and " + slot.name() + " overlap: expected "
                                + slot.name() + " to start at byte " + (end - dataStart) + " of the data, found "
                                + (slot.offset() - dataStart));
            }
            if (slot.offset() > end) {
                throw new AmalgamException(
                        file + ": a hole of " + (slot.offset() - end) + " bytes before tensor " + slot.name()
                                + ": expected it to start at byte " + (end - dataStart) + " of the data, found "
                                + (slot.offset() - dataStart));
            }
            previous = slot.name();
            end = slot.offset() + slot.bytes();
            if (end > fileBytes) {
                throw new AmalgamException(file + ": tensor " + slot.name() + " ends at byte " + end + ", the file has "
                        + fileBytes + ". It is truncated; fetch it again");
            }
        }
        if (end != fileBytes) {
            throw new AmalgamException(file + ": " + (fileBytes - end)
                    + " bytes follow the last tensor: expected a file of " + end + " bytes, found " + fileBytes);
        }
    }
}
