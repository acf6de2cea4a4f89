package org.amalgam.merge;

import org.amalgam.tensor.Crew;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Rows;
import org.amalgam.tensor.Tensor;

/**
 * The election of signs in TIES (Yadav et al., NeurIPS 2023, section 4): an entry's sign is that of its sum over the tasks. An
 * entry whose sum is 0 takes the sign that the majority of all entries of the model has, as in the reference.
 *
 * @param majority -1, 0 or 1
 */
public record Election(double majority) {

    /** Counts the signs of every entry; a span is in flight on each thread of the crew. */
    public static Election among(TaskMatrices vectors, Crew crew) {
        int tasks = vectors.tasks();
        long sum = crew
                .deal(Part.of(vectors, vectors.names()), part -> {
                    long[] signs = {0};
                    try (Rows lent = Rows.lent(tasks + 1)) {
                        part.forEachBlock(lent, length -> {
                            Entries.sum(lent, tasks, lent.row(tasks), length);
                            signs[0] += Entries.signs(lent.row(tasks), length);
                        });
                    }
                    return signs[0];
                })
                .stream()
                .mapToLong(Long::longValue)
                .sum();
        return new Election(Long.signum(sum));
    }

    /** The elected signs [P] of one parameter's task vectors [K, P]: -1, 1, or 0 where the majority is undecided too. */
    public Tensor signs(Tensor matrix) {
        Tensor sign = matrix.sum(0).sign();
        return sign.add(sign.equal(0).to(DType.F32).mul(majority));
    }

    /** Of the task vectors [K, P] the entries with the sign [P]; an undecided sign counts as negative, as in the reference. */
    public static Tensor agreeing(Tensor matrix, Tensor sign) {
        // 1 where positive was elected, -1 elsewhere: the product is positive exactly where an entry agrees.
        Tensor direction = sign.greater(0).to(DType.F32).mul(2).add(-1);
        return matrix.where(matrix.mul(direction).greater(0));
    }
}
