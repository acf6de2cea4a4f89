package org.amalgam.merge;

import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

/** Pruning of one tensor by magnitude, as E-WEMoE prunes (Shen et al., 2024). */
public final class Pruning {

    private Pruning() {}

    /**
     * Keeps the entries whose magnitude is strictly above the quantile of all magnitudes, interpolated linearly; the others become
     * 0. A constant tensor so loses everything, and a ratio of 0 still drops the smallest entry.
     *
     * @param ratio of entries to drop, in [0, 1]
     */
    public static Tensor aboveQuantile(Tensor tensor, double ratio) {
        try (Scope scope = Scope.open()) {
            Tensor magnitudes = tensor.flatten().abs();
            return scope.keep(tensor.where(tensor.abs().greater(quantile(magnitudes, ratio))));
        }
    }

    /** In float32 throughout, as the reference computes it: at ranks beyond 2^24 that decides which entry is meant. */
    private static double quantile(Tensor magnitudes, double ratio) {
        float rank = (float) ratio * (float) (magnitudes.elements() - 1);
        long below = (long) rank;
        float weight = rank - below;
        float low = (float) magnitudes.kthSmallest(below + 1);
        if (weight == 0) {
            return low;
        }
        float high = (float) magnitudes.kthSmallest(below + 2);
        return weight < 0.5f ? low + weight * (high - low) : high - (high - low) * (1 - weight);
    }
}
