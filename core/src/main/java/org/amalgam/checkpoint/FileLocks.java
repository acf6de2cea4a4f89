package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Locks that other processes keep to, and that end with the process, however it ends. A process holds a file's lock as a whole, so
 * its threads queue up before it.
 */
public final class FileLocks {

    private static final Map<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private FileLocks() {}

    /**
     * A lock, until it is closed, by the thread that took it. The empty file stays: removing it would break another's wait.
     *
     * @param channel empty where the file system knows no locks, so that other processes do not see it
     */
    public record Held(ReentrantLock threads, Optional<FileChannel> channel) implements AutoCloseable {

        @Override
        public void close() {
            try {
                if (channel.isPresent()) {
                    // which gives the file's lock back
                    channel.get().close();
                }
            } catch (IOException e) {
                throw new AmalgamException("a lock cannot be given back (" + e + ")", e);
            } finally {
                threads.unlock();
            }
        }
    }

    /**
     * Waits for the lock of that file, which is made if there is none.
     *
     * @throws IOException if the file cannot be made or locked
     */
    public static Held hold(Path file) throws IOException {
        ReentrantLock threads = threads(file);
        threads.lock();
        try {
            return new Held(threads, Optional.of(locked(file)));
        } catch (IOException e) {
            threads.unlock();
            throw e;
        }
    }

    /**
     * The lock of that file if nobody holds it, this thread included. Where it cannot be made or the file system knows no locks,
     * other processes are not asked.
     */
    public static Optional<Held> holdIfFree(Path file) {
        ReentrantLock threads = threads(file);
        if (threads.isHeldByCurrentThread() || !threads.tryLock()) {
            return Optional.empty();
        }
        try {
            FileChannel channel = open(file);
            if (isTaken(channel)) {
                threads.unlock();
                return Optional.empty();
            }
            return Optional.of(new Held(threads, Optional.of(channel)));
        } catch (IOException unknown) {
            return Optional.of(new Held(threads, Optional.empty()));
        }
    }

    private static ReentrantLock threads(Path file) {
        return THREADS.computeIfAbsent(file.toAbsolutePath().normalize(), path -> new ReentrantLock());
    }

    private static FileChannel open(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static FileChannel locked(Path file) throws IOException {
        FileChannel channel = open(file);
        try {
            channel.lock();
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Otherwise the channel holds the lock; where it does not, it is closed. */
    private static boolean isTaken(FileChannel channel) throws IOException {
        boolean held = false;
        try {
            held = channel.tryLock() != null;
            return !held;
        } finally {
            if (!held) {
                channel.close();
            }
        }
    }
}
