package org.amalgam.benchmarks;

import org.amalgam.run.Machine;
import org.amalgam.run.Machine.Gemm;
import org.amalgam.run.Workers;
import org.amalgam.tensor.DType;

import java.util.List;

/**
 * What the machine is and can do, as each run's report measures it: printed before timings, so that they can be read. Shapes are
 * those of ViT-B/32's feed-forward layers for 16 images, of one image's, and a large square.
 */
public final class MachineFacts {

    private static final List<int[]> SHAPES =
            List.of(new int[] {800, 768, 3072}, new int[] {50, 768, 3072}, new int[] {2048, 2048, 2048});

    private MachineFacts() {}

    public static void main(String[] arguments) {
        try (Workers workers = Workers.ofThisMachine()) {
            System.out.printf(
                    "machine: %s, %s; %d cores, %.0f GB; Java %s%n",
                    Machine.processor(),
                    String.join(" ", Machine.vectorFeatures()),
                    workers.count(),
                    Machine.memoryBytes().orElse(0) / 1e9,
                    System.getProperty("java.version"));
            System.out.printf(
                    "copying memory: %.1f GB/s, read and written, all cores%n", Machine.copyGigabytes(workers));
            for (DType type : List.of(DType.F32, DType.BF16)) {
                for (int[] shape : SHAPES) {
                    Gemm gemm = new Gemm(type, shape[0], shape[1], shape[2]);
                    System.out.printf(
                            "products of %s: %.0f GF/s, one on each core%n", gemm, Machine.gflops(gemm, workers));
                }
            }
        }
    }
}
