package org.amalgam.cli.run;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** That a run is at work in its folder: two would write each other's state. It ends with the process, however that ends. */
final class RunLock implements AutoCloseable {

    private static final String NAME = ".lock";

    private final Path file;
    private final Optional<FileChannel> channel;

    private RunLock(Path file, Optional<FileChannel> channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the folder, as far as its file system knows locks.
     *
     * @throws AmalgamException if another run is at work in it
     */
    static RunLock of(Path folder) {
        Path file = folder.resolve(NAME);
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (isTaken(channel)) {
                channel.close();
                throw new AmalgamException(
                        folder + ": another run is at work in this folder; wait for it, or name another folder");
            }
            return new RunLock(file, Optional.of(channel));
        } catch (IOException unknown) {
            return new RunLock(file, Optional.empty());
        }
    }

    private static boolean isTaken(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock == null;
        } catch (OverlappingFileLockException within) {
            return true;
        }
    }

    @Override
    public void close() {
        if (channel.isEmpty()) {
            return;
        }
        try {
            Files.deleteIfExists(file);
            channel.get().close();
        } catch (IOException stays) {
            // An empty file is in nobody's way.
            return;
        }
    }
}
