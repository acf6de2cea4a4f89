package org.amalgam.merge;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Which entries of the task vectors stay; the others become 0. */
public sealed interface Sparsity {

    /** The sparse task vectors. Looks at all of them beforehand, with the crew's help, where the rule needs it. */
    TaskMatrices of(TaskMatrices vectors, Crew crew);

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
         * @param key the setting that it was given as, for errors
         * @param threshold share to keep: a fraction up to 1, above that a percentage
         * @throws AmalgamException if it keeps nothing, or more than everything
         */
        public static Magnitude ofThreshold(String key, double threshold, Extent extent) {
            double share = threshold > 1 ? threshold / 100 : threshold;
            if (!(share > 0 && share <= 1)) {
                throw new AmalgamException(
                        key + ": " + threshold
                                + " keeps nothing or more than everything; give a fraction above 0 up to 1, or a percentage up to 100");
            }
            return new Magnitude(share, extent);
        }

        @Override
        public TaskMatrices of(TaskMatrices vectors, Crew crew) {
            Cutoffs cutoffs = new Cutoffs(vectors, crew);
            Map<String, float[]> byName = new HashMap<>();
            if (extent == Extent.MODEL) {
                float[] everywhere = cutoffs.of(vectors.names(), share);
                vectors.names().forEach(name -> byName.put(name, everywhere));
            } else {
                vectors.names().forEach(name -> byName.put(name, cutoffs.of(List.of(name), share)));
            }
            return vectors.thenEach((name, task, row, length) -> Entries.trim(row, byName.get(name)[task], length));
        }
    }

    /** Where the numbers of a random rule come from: the same for the same arguments, whoever asks, and how often. */
    @FunctionalInterface
    interface Draws {

        /** Independent numbers, uniform in [0, 1), for a span of one task's parameter: float32 [length]. */
        Tensor uniform(int task, String name, Span span);
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
        public TaskMatrices of(TaskMatrices vectors, Crew crew) {
            return vectors.then((name, span, matrix) -> {
                Tensor chances = Tensor.stack(IntStream.range(0, vectors.tasks())
                        .mapToObj(task -> draws.uniform(task, name, span))
                        .toList());
                Tensor kept = matrix.where(chances.atLeast(rate));
                return rescale ? kept.mul(1 / (1 - rate)) : kept;
            });
        }
    }

    /** A rule for some parameters; the others stay dense. */
    record Within(Sparsity sparsity, Predicate<String> names) implements Sparsity {

        @Override
        public TaskMatrices of(TaskMatrices vectors, Crew crew) {
            TaskMatrices sparse = sparsity.of(vectors, crew);
            return vectors.then((name, span, matrix) -> names.test(name) ? sparse.matrix(name, span) : matrix);
        }
    }
}
