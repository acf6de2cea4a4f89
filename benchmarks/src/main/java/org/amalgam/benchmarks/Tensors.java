package org.amalgam.benchmarks;

import org.amalgam.tensor.Tensor;

import java.util.SplittableRandom;

/** Random tensors. */
final class Tensors {

    private Tensors() {}

    /** Values of that standard deviation, near enough to normal for timing: sums of four uniform draws. */
    static Tensor normal(long seed, double deviation, long... shape) {
        long elements = 1;
        for (long size : shape) {
            elements *= size;
        }
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[Math.toIntExact(elements)];
        // Four uniform 16-bit draws out of one long have variance 4 / 12.
        double scale = deviation * Math.sqrt(3) / 65536;
        for (int i = 0; i < values.length; i++) {
            long bits = random.nextLong();
            long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
            values[i] = (float) ((sum - 2 * 65535.0) * scale);
        }
        return Tensor.of(values, shape);
    }
}
