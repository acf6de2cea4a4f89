package org.amalgam.merge;

import org.amalgam.merge.Sparsity.Extent;
import org.amalgam.merge.Sparsity.Magnitude;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The three steps of TIES (Yadav et al., NeurIPS 2023): trim each task vector to its largest entries, elect a sign for each
 * entry, and keep of each task what agrees with the elected sign. Here for task vectors that are held, one step after the
 * other; {@link Composition} does the same for one parameter at a time.
 */
public final class Ties {

    /** How the agreeing entries of the tasks become one. */
    public enum MergeFunction {
        SUM,
        /** Over the tasks whose entry was kept: is not 0. */
        MEAN,
        /** The largest magnitude, with the elected sign. */
        MAX;

        /** The function of that name; of a name with a prefix, as in {@code dis-sum}, what follows the last dash counts. */
        public static MergeFunction of(String name) {
            return valueOf(name.substring(name.lastIndexOf('-') + 1).toUpperCase(Locale.ROOT));
        }
    }

    private Ties() {}

    /**
     * Keeps of each task vector the entries of largest magnitude, over the whole vector; ties at the cut-off stay.
     *
     * @param threshold share to keep: a fraction up to 1, above that a percentage
     */
    public static TaskVectors trim(TaskVectors vectors, double threshold) {
        TaskMatrices trimmed = Magnitude.ofThreshold(threshold, Extent.MODEL).of(vectors, Crew.ALONE);
        return vectors.map((name, matrix) -> trimmed.matrix(name));
    }

    /**
     * The sign of the sum over tasks, entry by entry; see {@link Election}.
     *
     * @return vectors [P] of -1, 0 and 1 (0 only if the majority is undecided)
     */
    public static Map<String, Tensor> elect(TaskVectors trimmed) {
        Election election = Election.among(trimmed, Crew.ALONE);
        Map<String, Tensor> signs = new LinkedHashMap<>();
        for (String name : trimmed.names()) {
            try (Scope scope = Scope.open()) {
                signs.put(name, scope.keep(election.signs(trimmed.matrix(name))));
            }
        }
        return signs;
    }

    /** Keeps of each task the entries with the elected sign; an undecided sign counts as negative, as in the reference. */
    public static TaskVectors agree(TaskVectors trimmed, Map<String, Tensor> signs) {
        return trimmed.map((name, matrix) -> Election.agreeing(matrix, signs.get(name)));
    }

    /** Trims, elects and keeps what agrees: the task vectors of AdaMerging++ and the summands of TIES merging. */
    public static TaskVectors consensus(TaskVectors vectors, double threshold) {
        TaskVectors trimmed = trim(vectors, threshold);
        return agree(trimmed, elect(trimmed));
    }

    /** One vector [P] from the entries [K, P] that take part, and the signs [P] of the largest. */
    public static Tensor combine(Tensor agreeing, Tensor sign, MergeFunction function) {
        return switch (function) {
            case SUM -> agreeing.sum(0);
            case MEAN ->
                agreeing.sum(0)
                        .div(agreeing.abs().greater(0).to(DType.F32).sum(0).clamp(1, Float.MAX_VALUE));
            case MAX -> agreeing.abs().max(0).mul(sign);
        };
    }
}
