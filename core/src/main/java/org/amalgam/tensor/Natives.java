package org.amalgam.tensor;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** Brings libtorch in, once a process, at the first tensor; and says what this process holds of the machine's memory. */
public final class Natives {

    /** Version of libtorch that the build pins. */
    public static final String LIBTORCH = "2.10.0";

    private static final String VARIANT = "org.bytedeco.javacpp.platform.extension";

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
        // Of libtorch's variants the one for CPUs alone: else two dozen libraries of CUDA are looked for first.
        if (System.getProperty(VARIANT) == null) {
            System.setProperty(VARIANT, "");
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
        // One core an operation: samples are shared out among threads of our own, whose operations then need no waiting
        // for
        // each other. Two libraries with threads of their own, libtorch and the BLAS, would starve one another by
        // spinning.
        torch.set_num_threads(1);
        Loader.load(openblas_nolapack.class);
        org.bytedeco.openblas.presets.openblas_nolapack.blas_set_num_threads(1);
        loaded = true;
    }

    /**
     * Cores that one matrix product may use from now on, in the whole process. Meant for the few large products between which
     * no worker computes; 1 otherwise.
     */
    public static void productThreads(int threads) {
        load();
        org.bytedeco.openblas.presets.openblas_nolapack.blas_set_num_threads(threads);
    }

    /** Whether the processor has instructions that multiply bfloat16, so that such products beat those in float32. */
    public static boolean multipliesBfloat16() {
        return BFLOAT16;
    }

    private static final boolean BFLOAT16 = features(Path.of("/proc/cpuinfo"));

    private static boolean features(Path description) {
        try (Stream<String> lines = Files.lines(description)) {
            return lines.filter(line -> line.matches("(flags|Features)\\s*:.*"))
                    .anyMatch(line -> line.matches(".*\\b(avx512_bf16|amx_bf16|bf16)\\b.*"));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    /** Resident memory of this process in bytes, mapped files included; 0 where the system does not tell. */
    public static long residentBytes() {
        load();
        return Pointer.physicalBytes();
    }

    /** The largest {@link #residentBytes} of this process so far; 0 where the system does not tell. */
    public static long peakResidentBytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }
}
