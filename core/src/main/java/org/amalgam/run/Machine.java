package org.amalgam.run;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What this machine can do, measured in a fraction of a second each time that it is asked: it shares its cores with others. And
 * what this process has taken of it.
 */
public final class Machine {

    private static final int TRIALS = 5;

    /** Each worker's source and target of a copy: beyond its share of a cache, small beside a model. */
    private static final int COPY_BYTES = 32 << 20;

    private static final long MOST_COPY_BYTES = 256L << 20;

    /**
     * A matrix product [m, k] x [k, n].
     *
     * @param type float32 or bfloat16
     */
    public record Gemm(DType type, int m, int k, int n) {

        /** {@code float32, 1024 x 768 x 3072}. */
        @Override
        public String toString() {
            return (type == DType.F32 ? "float32" : "bfloat16") + ", " + m + " x " + k + " x " + n;
        }

        double flops() {
            return 2.0 * m * k * n;
        }
    }

    private Machine() {}

    /** The rate at which all workers together compute such products, one each at a time, in GFLOP/s: the best of five rounds. */
    public static double gflops(Gemm gemm, Workers workers) {
        try (Scope scope = Scope.open()) {
            List<Tensor[]> operands = IntStream.range(0, workers.count())
                    .mapToObj(worker -> new Tensor[] {
                        random(gemm.m(), gemm.k()).to(gemm.type()),
                        random(gemm.n(), gemm.k()).to(gemm.type()).transpose(0, 1)
                    })
                    .toList();
            return workers.count() * gemm.flops() / 1e9 / best(workers, operands, pair -> pair[0].matmul(pair[1]));
        }
    }

    /** The rate at which all workers together copy memory that lies in no cache, in 10^9 bytes a second, read and written. */
    public static double copyGigabytes(Workers workers) {
        long each = Math.min(COPY_BYTES, MOST_COPY_BYTES / workers.count());
        try (Scope scope = Scope.open()) {
            List<Tensor[]> operands = IntStream.range(0, workers.count())
                    .mapToObj(
                            worker -> new Tensor[] {Tensor.zeros(each / Float.BYTES), Tensor.zeros(each / Float.BYTES)})
                    .toList();
            double bytes = 2.0 * workers.count() * each;
            return bytes / 1e9 / best(workers, operands, pair -> pair[0].assign(pair[1]));
        }
    }

    @FunctionalInterface
    private interface Trial {
        void run(Tensor[] operands);
    }

    /** Seconds of the best round, in which every worker does the trial once. */
    private static double best(Workers workers, List<Tensor[]> operands, Trial trial) {
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i <= TRIALS; i++) {
            long start = System.nanoTime();
            workers.deal(operands, (worker, own) -> {
                try (Scope scope = Scope.open()) {
                    trial.run(own);
                }
                return 0;
            });
            best = Math.min(best, (System.nanoTime() - start) / 1e9);
        }
        return best;
    }

    private static Tensor random(int rows, int columns) {
        SplittableRandom random = new SplittableRandom(0);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble();
        }
        return Tensor.of(values, rows, columns);
    }

    /** The processor's name, where the system tells. */
    public static String processor() {
        return lines("/proc/cpuinfo").stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown processor, " + System.getProperty("os.arch"));
    }

    /** What the processor has for matrix products: those of its features that matter to them. */
    public static List<String> vectorFeatures() {
        List<String> all = lines("/proc/cpuinfo").stream()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .map(line -> Arrays.asList(line.split("\\s+")))
                .orElse(Collections.emptyList());
        return List.of("avx2", "avx512f", "avx512_bf16", "amx_bf16").stream()
                .filter(all::contains)
                .toList();
    }

    /** Memory of the machine in bytes, where the system tells. */
    public static OptionalLong memoryBytes() {
        return kilobytes("/proc/meminfo", "MemTotal:");
    }

    /** Memory in bytes that the machine can give without swapping, where the system tells. */
    public static OptionalLong availableBytes() {
        return kilobytes("/proc/meminfo", "MemAvailable:");
    }

    /** The most memory that this process has had resident, mapped files included, where the system tells. */
    public static OptionalLong peakResidentBytes() {
        return kilobytes("/proc/self/status", "VmHWM:");
    }

    private static OptionalLong kilobytes(String file, String key) {
        return lines(file).stream()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst();
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of();
        }
    }
}
