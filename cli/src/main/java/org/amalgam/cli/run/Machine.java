package org.amalgam.cli.run;

import org.amalgam.run.Workers;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** What this machine can do, and what this process has taken of it. */
final class Machine {

    private static final int SIZE = 1024;
    private static final int TRIALS = 5;

    private Machine() {}

    /** The rate at which all workers together multiply float32 matrices of 1024 x 1024, the best of five, in GFLOP/s. */
    static double gemmGflops(Workers workers) {
        return workers.deal(Collections.nCopies(workers.count(), SIZE), (worker, size) -> gflops(size)).stream()
                .mapToDouble(Double::doubleValue)
                .sum();
    }

    private static double gflops(int size) {
        try (Scope scope = Scope.open()) {
            SplittableRandom random = new SplittableRandom(0);
            float[] values = new float[size * size];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextDouble();
            }
            Tensor matrix = Tensor.of(values, size, size);
            double best = Double.POSITIVE_INFINITY;
            for (int i = 0; i < TRIALS; i++) {
                long start = System.nanoTime();
                matrix.matmul(matrix);
                best = Math.min(best, (System.nanoTime() - start) / 1e9);
            }
            return 2.0 * size * size * size / best / 1e9;
        }
    }

    /** The most memory that this process has had resident, mapped files included, where the system tells. */
    static OptionalLong peakResidentBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
