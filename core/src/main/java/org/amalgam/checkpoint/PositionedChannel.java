package org.amalgam.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/** Writes to a file from a position on, and leaves the file's own position alone: several threads may each have one. */
final class PositionedChannel implements WritableByteChannel {

    private final FileChannel file;
    private final long start;
    private long written;

    PositionedChannel(FileChannel file, long start) {
        this.file = file;
        this.start = start;
    }

    /** Bytes so far. */
    long written() {
        return written;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int count = file.write(bytes, start + written);
        written += count;
        return count;
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    /** The file is whoever's who opened it. */
    @Override
    public void close() {}
}
