package org.amalgam.merge;

import org.amalgam.tensor.Crew;
import org.amalgam.tensor.Magnitudes;
import org.amalgam.tensor.Rows;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/**
 * The exact magnitude from which on a share of each task vector lies. A few spans tell between which magnitudes it must be, within
 * a hundredth of itself; one pass over all of them counts what is below, and what lies between bit by bit. Where the few misled,
 * radix selection finds it in two passes, by the upper and the lower half of the magnitudes' bits. Memory does not grow with the
 * models, and counts do not depend on who counted what.
 */
final class Cutoffs {

    /** Spans that are looked at first, of so many times as many at least. */
    private static final int SAMPLED = 16;

    private static final int LEAST_RATIO = 2;

    /** How far off the rank in the sample may be, in standard deviations of a rank among as many independent entries. */
    private static final double MARGIN = 6;

    private final TaskMatrices vectors;
    private final Crew crew;
    private final int tasks;

    Cutoffs(TaskMatrices vectors, Crew crew) {
        this.vectors = vectors;
        this.crew = crew;
        this.tasks = vectors.tasks();
    }

    /**
     * One a task, over those parameters together: of d entries the {@code (d - floor(d share))}-th smallest magnitude, 0 for the
     * 0-th.
     */
    float[] of(List<String> names, double share) {
        long all = names.stream().mapToLong(vectors::elements).sum();
        long rank = all - (long) (all * share);
        if (rank == 0) {
            return new float[tasks];
        }
        if (all <= Span.ELEMENTS && names.size() == 1) {
            return sorted(names.get(0), rank);
        }
        List<Part> parts = Part.of(vectors, names);
        return parts.size() >= LEAST_RATIO * SAMPLED
                ? between(parts, sampled(parts), rank, all).orElseGet(() -> counted(parts, rank))
                : counted(parts, rank);
    }

    private float[] sorted(String name, long rank) {
        float[] cutoffs = new float[tasks];
        try (Scope scope = Scope.open()) {
            Tensor magnitudes = vectors.matrix(name).abs();
            for (int k = 0; k < cutoffs.length; k++) {
                cutoffs[k] = (float) magnitudes.select(0, k).kthSmallest(rank);
            }
        }
        return cutoffs;
    }

    private static List<Part> sampled(List<Part> parts) {
        return IntStream.range(0, SAMPLED)
                .mapToObj(i -> parts.get((int) ((long) i * parts.size() / SAMPLED)))
                .toList();
    }

    /** Empty where a cut-off is not where the sample had it, or the sample cannot tell. */
    private Optional<float[]> between(List<Part> parts, List<Part> sample, long rank, long all) {
        long seen = sample.stream().mapToLong(part -> part.span().length()).sum();
        double inSample = (double) rank / all * seen;
        double margin = MARGIN * Math.sqrt((double) seen) + 1;
        long[][] upper = counts(
                sample, Magnitudes.UPPER, (k, row, length, counts) -> Magnitudes.countUpper(row, length, counts));
        int[] low = found(upper, ranks(Math.max(1, (long) (inSample - margin))));
        int[] high = found(upper, ranks(Math.min(seen, (long) (inSample + margin))));
        int widest =
                IntStream.range(0, tasks).map(k -> high[k] - low[k] + 1).max().orElse(0);
        if (widest > Magnitudes.MOST_BETWEEN) {
            return Optional.empty();
        }
        long[][] fine = counts(
                parts,
                widest * Magnitudes.LOWER + 1,
                (k, row, length, counts) -> Magnitudes.countBetween(row, length, low[k], widest, counts));
        float[] cutoffs = new float[tasks];
        for (int k = 0; k < tasks; k++) {
            long below = fine[k][widest * Magnitudes.LOWER];
            int bin = -1;
            for (long sum = below; sum < rank && bin < widest * Magnitudes.LOWER - 1; ) {
                bin++;
                sum += fine[k][bin];
                if (sum < rank && bin == widest * Magnitudes.LOWER - 1) {
                    return Optional.empty();
                }
            }
            if (bin < 0) {
                return Optional.empty();
            }
            cutoffs[k] = Magnitudes.of(low[k] + bin / Magnitudes.LOWER, bin % Magnitudes.LOWER);
        }
        return Optional.of(cutoffs);
    }

    private float[] counted(List<Part> parts, long rank) {
        long[] ranks = ranks(rank);
        int[] upper = found(
                counts(parts, Magnitudes.UPPER, (k, row, length, counts) -> Magnitudes.countUpper(row, length, counts)),
                ranks);
        int[] lower = found(
                counts(
                        parts,
                        Magnitudes.LOWER,
                        (k, row, length, counts) -> Magnitudes.countLower(row, length, upper[k], counts)),
                ranks);
        float[] cutoffs = new float[tasks];
        for (int k = 0; k < tasks; k++) {
            cutoffs[k] = Magnitudes.of(upper[k], lower[k]);
        }
        return cutoffs;
    }

    private long[] ranks(long rank) {
        long[] ranks = new long[tasks];
        Arrays.fill(ranks, rank);
        return ranks;
    }

    /** Of each task the bin with that rank; ranks become those within the bin. */
    private static int[] found(long[][] counts, long[] ranks) {
        int[] bins = new int[counts.length];
        for (int k = 0; k < counts.length; k++) {
            while (ranks[k] > counts[k][bins[k]]) {
                ranks[k] -= counts[k][bins[k]];
                bins[k]++;
            }
        }
        return bins;
    }

    @FunctionalInterface
    private interface Count {
        void add(int task, float[] row, int length, long[] counts);
    }

    /** The counts [tasks, bins] of everything; whoever counts a part borrows a table of its own. */
    private long[][] counts(List<Part> parts, int bins, Count count) {
        Queue<long[][]> tables = new ConcurrentLinkedQueue<>();
        crew.deal(parts, part -> {
            long[][] free = tables.poll();
            long[][] table = free == null ? new long[tasks][bins] : free;
            try (Rows rows = Rows.lent(tasks)) {
                part.forEachBlock(rows, length -> {
                    for (int k = 0; k < tasks; k++) {
                        count.add(k, rows.row(k), length, table[k]);
                    }
                });
            }
            return tables.add(table);
        });
        long[][] sum = new long[tasks][bins];
        for (long[][] table : tables) {
            for (int k = 0; k < tasks; k++) {
                for (int bin = 0; bin < bins; bin++) {
                    sum[k][bin] += table[k][bin];
                }
            }
        }
        return sum;
    }
}
