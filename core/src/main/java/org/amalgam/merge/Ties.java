package org.amalgam.merge;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The three steps of TIES (Yadav et al., NeurIPS 2023): trim each task vector to its largest entries, elect a sign for each
 * entry, and keep of each task what agrees with the elected sign.
 */
public final class Ties {

    /** How the agreeing entries of the tasks become one. */
    public enum MergeFunction {
        SUM,
        /** Over the tasks whose entry was kept. */
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
        double share = threshold > 1 ? threshold / 100 : threshold;
        if (!(share > 0 && share <= 1)) {
            throw new AmalgamException(
                    "threshold: " + threshold
                            + " keeps nothing or more than everything; give a fraction above 0 up to 1, or a percentage up to 100");
        }
        List<Double> cutoffs = new ArrayList<>();
        for (int k = 0; k < vectors.tasks(); k++) {
            try (Scope scope = Scope.open()) {
                Tensor magnitudes = vectors.flat(k).abs();
                long all = magnitudes.elements();
                long rank = all - (long) (all * share);
                cutoffs.add(rank == 0 ? 0 : magnitudes.kthSmallest(rank));
            }
        }
        return vectors.map((name, matrix) -> {
            List<Tensor> rows = new ArrayList<>();
            for (int k = 0; k < cutoffs.size(); k++) {
                Tensor row = matrix.select(0, k);
                rows.add(row.where(row.abs().atLeast(cutoffs.get(k))));
            }
            return Tensor.stack(rows);
        });
    }

    /**
     * The sign of the sum over tasks, entry by entry. An entry whose sum is 0 takes the sign that the majority of all entries
     * of the model has, as in the reference.
     *
     * @return vectors [P] of -1, 0 and 1 (0 only if the majority is undecided)
     */
    public static Map<String, Tensor> elect(TaskVectors trimmed) {
        Map<String, Tensor> signs = new LinkedHashMap<>();
        double majority = 0;
        for (String name : trimmed.ancestor().names()) {
            try (Scope scope = Scope.open()) {
                Tensor sign = trimmed.matrices().get(name).sum(0).sign();
                majority += sign.to(DType.F64).sum().item();
                signs.put(name, scope.keep(sign));
            }
        }
        double undecided = Math.signum(majority);
        signs.replaceAll((name, sign) -> {
            try (Scope scope = Scope.open()) {
                return scope.keep(sign.add(sign.equal(0).to(DType.F32).mul(undecided)));
            }
        });
        return signs;
    }

    /** Keeps of each task the entries with the elected sign; an undecided sign counts as negative, as in the reference. */
    public static TaskVectors agree(TaskVectors trimmed, Map<String, Tensor> signs) {
        return trimmed.map((name, matrix) -> {
            // 1 where positive was elected, -1 elsewhere: the product is positive exactly where an entry agrees.
            Tensor direction = signs.get(name).greater(0).to(DType.F32).mul(2).add(-1);
            return matrix.where(matrix.mul(direction).greater(0));
        });
    }

    /** Trims, elects and keeps what agrees: the task vectors of AdaMerging++ and the summands of TIES merging. */
    public static TaskVectors consensus(TaskVectors vectors, double threshold) {
        TaskVectors trimmed = trim(vectors, threshold);
        return agree(trimmed, elect(trimmed));
    }

    /** One vector [P] from the agreeing entries [K, P] and the elected signs [P]. */
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
