package org.amalgam.data.dataset;

import org.amalgam.data.Seeds;
import org.amalgam.data.SplitMix64;

import java.util.Arrays;

/**
 * Batches of row numbers, endless and without state: a batch depends on these settings and its step alone, so a resumed run
 * needs nothing but the step. An epoch visits every row once; its last batch may be smaller, as with PyTorch's
 * {@code DataLoader(drop_last=False)}, and the next epoch has another order.
 *
 * <p>Orders are drawn by the Fisher-Yates shuffle from {@link SplitMix64}, started at {@link Seeds#seed} of (seed, purpose,
 * epoch). They are fixed by these classes, not by a Java version.
 *
 * @param seed of the run
 * @param purpose what the rows are drawn for, such as {@code adapt/birds}; other purposes draw other orders
 * @param size rows of the data set
 * @param batchSize rows of a batch
 * @param shuffle false for the rows in order, every epoch alike
 */
public record Sampler(long seed, String purpose, int size, int batchSize, boolean shuffle) {

    public Sampler {
        if (size < 1 || batchSize < 1) {
            throw new IllegalArgumentException(
                    "a sampler needs rows and a batch size, found " + size + " and " + batchSize);
        }
    }

    /** Batches of one epoch. */
    public int batchesPerEpoch() {
        return (size - 1) / batchSize + 1;
    }

    /** Row numbers of the batch of that step, counted from 0. */
    public int[] batch(long step) {
        int[] order = epoch(Math.floorDiv(step, (long) batchesPerEpoch()));
        int from = (int) Math.floorMod(step, (long) batchesPerEpoch()) * batchSize;
        return Arrays.copyOfRange(order, from, (int) Math.min(size, (long) from + batchSize));
    }

    /** All row numbers in the order of that epoch. */
    int[] epoch(long epoch) {
        int[] order = new int[size];
        Arrays.setAll(order, i -> i);
        if (!shuffle) {
            return order;
        }
        SplitMix64 random = new SplitMix64(Seeds.seed(seed, purpose, Long.toString(epoch)));
        for (int i = size - 1; i > 0; i--) {
            // The high half of 32 random bits times the bound is uniform but for a part in 2^32 / bound.
            int j = (int) (((random.next() >>> 32) * (i + 1)) >>> 32);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }
}
