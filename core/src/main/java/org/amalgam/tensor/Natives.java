package org.amalgam.tensor;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Brings libtorch in, once a process, at the first tensor; and says what this process holds of the machine's memory. */
public final class Natives {

    /** Version of libtorch that the build pins. */
    public static final String LIBTORCH = "2.10.0";

    private static boolean loaded;

    private Natives() {}

    /**
     * Loads the native libraries if they are not loaded yet. The first process on a machine extracts them from the jars; a file
     * lock keeps a second one from loading a library that the first is still extracting, which crashes in the dynamic loader.
     */
    public static synchronized void load() {
        if (loaded) {
            return;
        }
        try {
            Path cache = Loader.getCacheDir().toPath();
            Files.createDirectories(cache);
            try (FileChannel channel = FileChannel.open(
                            cache.resolve("amalgam.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (lock.isValid()) {
                    Loader.load(torch.class);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the native libraries cannot be extracted", e);
        }
        // libtorch counts the host's processors; a container's share is what the JVM sees.
        torch.set_num_threads(Runtime.getRuntime().availableProcessors());
        loaded = true;
    }

    /** Number of threads that one operation may use. Default: the processors that this process may use. */
    public static void threads(int threads) {
        load();
        torch.set_num_threads(threads);
    }

    /** Resident memory of this process in bytes, mapped files included; 0 where the system does not tell. */
    public static long residentBytes() {
        load();
        return Pointer.physicalBytes();
    }
}
