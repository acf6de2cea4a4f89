package org.amalgam.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/**
 * Rounds what is written to it and passes it on.
 *
 * @param sliceBytes what is rounded at once; a multiple of every type's width
 */
record RecodingChannel(WritableByteChannel out, Recoding recoding, int sliceBytes) implements WritableByteChannel {

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int written = bytes.remaining();
        if (written % recoding.from().bytes() != 0) {
            throw new IllegalStateException("a tensor's bytes come in whole elements");
        }
        while (bytes.hasRemaining()) {
            int length = Math.min(sliceBytes, bytes.remaining());
            ByteBuffer rounded =
                    recoding.slice(bytes.slice(bytes.position(), length).order(ByteOrder.LITTLE_ENDIAN));
            bytes.position(bytes.position() + length);
            while (rounded.hasRemaining()) {
                out.write(rounded);
            }
        }
        return written;
    }

    @Override
    public boolean isOpen() {
        return out.isOpen();
    }

    /** The file is another's to close. */
    @Override
    public void close() {}
}
