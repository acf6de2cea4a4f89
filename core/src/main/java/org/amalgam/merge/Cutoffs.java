package org.amalgam.merge;

import org.amalgam.tensor.Crew;
import org.amalgam.tensor.Magnitudes;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The exact magnitude from which on a share of each task vector lies, found by radix selection: two passes over the task vectors
 * count magnitudes by the upper and the lower half of their bits. Memory does not grow with the models, and counts do not depend
 * on who counted what.
 */
final class Cutoffs {

    private record Part(String name, Span span) {}

    private final TaskMatrices vectors;
    private final Crew crew;

    Cutoffs(TaskMatrices vectors, Crew crew) {
        this.vectors = vectors;
        this.crew = crew;
    }

    /**
     * One a task, over those parameters together: of d entries the {@code (d - floor(d share))}-th smallest magnitude, 0 for the
     * 0-th.
     */
    float[] of(List<String> names, double share) {
        long all = names.stream().mapToLong(vectors::elements).sum();
        long rank = all - (long) (all * share);
        if (rank == 0) {
            return new float[vectors.tasks()];
        }
        return all <= Span.ELEMENTS && names.size() == 1 ? sorted(names.get(0), rank) : counted(names, rank);
    }

    private float[] sorted(String name, long rank) {
        float[] cutoffs = new float[vectors.tasks()];
        try (Scope scope = Scope.open()) {
            Tensor magnitudes = vectors.matrix(name).abs();
            for (int k = 0; k < cutoffs.length; k++) {
                cutoffs[k] = (float) magnitudes.select(0, k).kthSmallest(rank);
            }
        }
        return cutoffs;
    }

    private float[] counted(List<String> names, long rank) {
        List<Part> parts = new ArrayList<>();
        for (String name : names) {
            Span.of(vectors.elements(name)).forEach(span -> parts.add(new Part(name, span)));
        }
        int tasks = vectors.tasks();
        long[] ranks = new long[tasks];
        Arrays.fill(ranks, rank);
        int[] upper =
                found(counts(parts, Magnitudes.UPPER, (k, row, counts) -> Magnitudes.countUpper(row, counts)), ranks);
        int[] lower = found(
                counts(parts, Magnitudes.LOWER, (k, row, counts) -> Magnitudes.countLower(row, upper[k], counts)),
                ranks);
        float[] cutoffs = new float[tasks];
        for (int k = 0; k < tasks; k++) {
            cutoffs[k] = Magnitudes.of(upper[k], lower[k]);
        }
        return cutoffs;
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
        void add(int task, Tensor row, long[] counts);
    }

    /** The counts [tasks, bins] of everything; whoever counts a part borrows a table of its own. */
    private long[][] counts(List<Part> parts, int bins, Count count) {
        Queue<long[][]> tables = new ConcurrentLinkedQueue<>();
        crew.deal(parts, part -> {
            long[][] free = tables.poll();
            long[][] table = free == null ? new long[vectors.tasks()][bins] : free;
            try (Scope scope = Scope.open()) {
                Tensor matrix = vectors.matrix(part.name(), part.span());
                for (int k = 0; k < table.length; k++) {
                    count.add(k, matrix.select(0, k), table[k]);
                }
            }
            return tables.add(table);
        });
        long[][] sum = new long[vectors.tasks()][bins];
        for (long[][] table : tables) {
            for (int k = 0; k < sum.length; k++) {
                for (int bin = 0; bin < bins; bin++) {
                    sum[k][bin] += table[k][bin];
                }
            }
        }
        return sum;
    }
}
