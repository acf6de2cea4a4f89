package org.amalgam.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Standard output, whose reader may leave: {@code amalgam methods | head -1} has had what it asked for, and nothing went wrong. Any
 * other failure, such as a full disk, is one.
 */
final class StandardOutput extends OutputStream {

    private static final int FILE_TYPE = 0xF000;
    private static final int PIPE = 0x1000;
    private static final int SOCKET = 0xC000;

    private final OutputStream out;
    private final boolean pipe;
    private boolean left;

    /** @param pipe whether writing fails for one reason alone, that nobody reads any more */
    StandardOutput(OutputStream out, boolean pipe) {
        this.out = out;
        this.pipe = pipe;
    }

    static StandardOutput ofThisProcess() {
        return new StandardOutput(new FileOutputStream(FileDescriptor.out), isPipeOrSocket(Path.of("/dev/fd/1")));
    }

    /** Asked of the system: the reason in an error's message is in the user's language. */
    private static boolean isPipeOrSocket(Path descriptor) {
        try {
            int type = (int) Files.getAttribute(descriptor, "unix:mode") & FILE_TYPE;
            return type == PIPE || type == SOCKET;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException unknown) {
            return false;
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (left) {
            return;
        }
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            if (!pipe) {
                throw e;
            }
            left = true;
        }
    }
}
