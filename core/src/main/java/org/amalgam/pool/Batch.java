package org.amalgam.pool;

import org.amalgam.tensor.Tensor;

/**
 * Samples of one task.
 *
 * @param inputs what the encoder takes; images: float32 [N, 3, H, W], normalised
 * @param labels int64 [N]
 */
public record Batch(Tensor inputs, Tensor labels) {

    public int samples() {
        return Math.toIntExact(inputs.size(0));
    }

    /** Consecutive samples; views. */
    public Batch slice(int from, int samples) {
        return new Batch(inputs.slice(0, from, samples), labels.slice(0, from, samples));
    }
}
