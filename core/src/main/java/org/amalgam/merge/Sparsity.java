package org.amalgam.merge;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Which entries of the task vectors stay; the others become 0. */
public sealed interface Sparsity {

    /** The sparse task vectors. Looks at all of them once, one task at a time, where the rule needs it. */
    TaskMatrices of(TaskMatrices vectors);

    /** What a share of a task vector is taken of. */
    enum Extent {
        /** Each parameter tensor on its own keeps its share. */
        TENSOR,
        /** The whole task vector has one cut-off: tensors with small entries keep less. */
        MODEL
    }

    /**
     * Keeps the entries of largest magnitude: the trimming of TIES (Yadav et al., NeurIPS 2023, section 4). Of d entries the
     * cut-off is the {@code (d - floor(d share))}-th smallest, and what equals it stays, as in the reference.
     *
     * @param share of the entries to keep, above 0 up to 1
     */
    record Magnitude(double share, Extent extent) implements Sparsity {

        public Magnitude {
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException("a share is above 0 up to 1, found " + share);
            }
        }

        /**
         * From TIES's threshold.
         *
         * @param threshold share to keep: a fraction up to 1, above that a percentage
         * @throws AmalgamException if it keeps nothing, or more than everything
         */
        public static Magnitude ofThreshold(double threshold, Extent extent) {
            double share = threshold > 1 ? threshold / 100 : threshold;
            if (!(share > 0 && share <= 1)) {
                throw new AmalgamException(
                        "threshold: " + threshold
                                + " keeps nothing or more than everything; give a fraction above 0 up to 1, or a percentage up to 100");
            }
            return new Magnitude(share, extent);
        }

        @Override
        public TaskMatrices of(TaskMatrices vectors) {
            if (extent == Extent.TENSOR) {
                return vectors.then((name, task, row) -> kept(row, cutoff(row.abs())));
            }
            List<Double> cutoffs = new ArrayList<>();
            for (int k = 0; k < vectors.tasks(); k++) {
                try (Scope scope = Scope.open()) {
                    cutoffs.add(cutoff(magnitudes(vectors, k)));
                }
            }
            return vectors.then((name, task, row) -> kept(row, cutoffs.get(task)));
        }

        private static Tensor kept(Tensor row, double cutoff) {
            return row.where(row.abs().atLeast(cutoff));
        }

        private double cutoff(Tensor magnitudes) {
            long all = magnitudes.elements();
            long rank = all - (long) (all * share);
            return rank == 0 ? 0 : magnitudes.kthSmallest(rank);
        }

        /** All magnitudes of one task, end to end. */
        private static Tensor magnitudes(TaskMatrices vectors, int task) {
            long all = vectors.names().stream().mapToLong(vectors::elements).sum();
            Tensor flat = Tensor.empty(DType.F32, all);
            long from = 0;
            for (String name : vectors.names()) {
                try (Scope scope = Scope.open()) {
                    flat.slice(0, from, vectors.elements(name))
                            .assign(vectors.row(name, task).abs());
                }
                from += vectors.elements(name);
            }
            return flat;
        }
    }

    /** Where the numbers of a random rule come from: the same for the same arguments, whoever asks, and how often. */
    @FunctionalInterface
    interface Draws {

        /** Independent numbers, uniform in [0, 1), for one task's parameter: float32 [elements]. */
        Tensor uniform(int task, String name, long elements);
    }

    /**
     * Drops entries by chance: DARE, drop and rescale (Yu et al., Language models are super Mario, ICML 2024, section 3.2).
     *
     * @param rate p, the chance of an entry to be dropped, in [0, 1)
     * @param rescale whether what stays is divided by {@code 1 - p}, so that the expected task vector is the dense one
     */
    record RandomDrop(double rate, boolean rescale, Draws draws) implements Sparsity {

        public RandomDrop {
            if (!(rate >= 0 && rate < 1)) {
                throw new IllegalArgumentException("a drop rate is in [0, 1), found " + rate);
            }
        }

        @Override
        public TaskMatrices of(TaskMatrices vectors) {
            return vectors.then((name, task, row) -> {
                Tensor kept = row.where(
                        draws.uniform(task, name, vectors.elements(name)).atLeast(rate));
                return rescale ? kept.mul(1 / (1 - rate)) : kept;
            });
        }
    }

    /** A rule for some parameters; the others stay dense. */
    record Within(Sparsity sparsity, Predicate<String> names) implements Sparsity {

        @Override
        public TaskMatrices of(TaskMatrices vectors) {
            TaskMatrices sparse = sparsity.of(vectors);
            return vectors.then((name, task, row) -> names.test(name) ? sparse.row(name, task) : row);
        }
    }
}
