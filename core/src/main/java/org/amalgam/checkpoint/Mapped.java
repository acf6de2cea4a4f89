package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Regions of files: views that the operating system pages in and the heap never holds, and copies of small headers. */
final class Mapped {

    private Mapped() {}

    /** {@code length} bytes from {@code offset} on, little-endian, read-only. The region must lie inside the file. */
    static ByteBuffer region(Path file, long offset, int length) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            // mapping beyond the end would succeed for a moment and kill the process at the first access
            if (channel.size() - offset < length) {
                throw new AmalgamException(file + ": expected " + (offset + length) + " bytes, found " + channel.size()
                        + ". The file changed while it was read; restore it and start again");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, offset, length).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** {@code length} bytes from {@code offset} on, copied: for headers, which are small and read once. */
    static byte[] read(FileChannel channel, long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
        return bytes;
    }

    /** The answer to a file that cannot be opened or read. */
    static AmalgamException unreadable(Path file, IOException cause) {
        return cause instanceof NoSuchFileException
                ? new AmalgamException(file + ": no such file", cause)
                : new AmalgamException(file + ": cannot be read (" + reason(cause) + ")", cause);
    }

    /** The answer to a file that cannot be written, by the names that it and its folders would have in the end. */
    static AmalgamException unwritable(Path file, IOException cause) {
        String message = cause instanceof NoSuchFileException
                ? file + ": its folder does not exist"
                : file + ": cannot be written (" + reason(cause) + ")";
        return new AmalgamException(Unfinished.finished(message), cause);
    }

    static String reason(IOException cause) {
        String kind = cause.getClass().getSimpleName();
        return cause.getMessage() == null ? kind : kind + ": " + cause.getMessage();
    }
}
