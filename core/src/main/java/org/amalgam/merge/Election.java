package org.amalgam.merge;

import org.amalgam.tensor.Crew;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;

import java.util.List;

/**
 * The election of signs in TIES (Yadav et al., NeurIPS 2023, section 4): an entry's sign is that of its sum over the tasks. An
 * entry whose sum is 0 takes the sign that the majority of all entries of the model has, as in the reference.
 *
 * @param majority -1, 0 or 1
 */
public record Election(double majority) {

    /** Counts the signs of every entry; a span is in flight on each thread of the crew. */
    public static Election among(TaskMatrices vectors, Crew crew) {
        double sum = 0;
        for (String name : vectors.names()) {
            List<Double> signs = crew.deal(Span.of(vectors.elements(name)), span -> {
                try (Scope scope = Scope.open()) {
                    // At most a span's length: a whole number that float32 holds exactly.
                    return vectors.matrix(name, span).sum(0).sign().sum().item();
                }
            });
            sum += signs.stream().mapToDouble(Double::doubleValue).sum();
        }
        return new Election(Math.signum(sum));
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
