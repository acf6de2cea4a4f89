package org.amalgam.hub;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Locks that other processes keep to. A process holds a file's lock as a whole, so its threads queue up before it.
 *
 * <p>On Linux Python locks the same files by another system call, which does not see these locks: two downloads of one content, of
 * Python and of Amalgam, are each complete and the second replaces the first.
 */
final class FileLocks {

    private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private FileLocks() {}

    /** A lock, until it is closed. The empty file stays: removing it would break another's wait. */
    record Held(ReentrantLock threads, FileChannel channel) implements AutoCloseable {

        @Override
        public void close() {
            try {
                // which gives the file's lock back
                channel.close();
            } catch (IOException e) {
                throw new AmalgamException("a lock cannot be given back (" + e + ")", e);
            } finally {
                threads.unlock();
            }
        }
    }

    /** Waits for the lock of that file, which is made if there is none. */
    static Held hold(Path file) {
        Path key = file.toAbsolutePath().normalize();
        ReentrantLock threads = THREADS.computeIfAbsent(key, path -> new ReentrantLock());
        threads.lock();
        try {
            return new Held(threads, locked(key));
        } catch (IOException e) {
            threads.unlock();
            throw new AmalgamException(
                    file + " cannot be locked (" + e + "); choose a cache that can be written with HF_HUB_CACHE", e);
        }
    }

    private static FileChannel locked(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            channel.lock();
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
