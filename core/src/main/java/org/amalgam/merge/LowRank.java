package org.amalgam.merge;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.LinearAlgebra;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Svd;
import org.amalgam.tensor.Tensor;

/**
 * The best approximation of a task vector's matrix by one of rank r (Eckart and Young, 1936): its r leading singular triples,
 * as Twin-Merging (Lu et al., NeurIPS 2024) and SMILE (Tang et al., 2024) store experts.
 *
 * @param left U diag(s) [out, r]: the left singular vectors, scaled by the singular values
 * @param right V^T [r, in]: the right singular vectors, orthonormal rows
 * @param error what is left over, relative to the matrix: ||D - reconstruction|| / ||D|| in the Frobenius norm; 0 for a zero
 *     matrix
 */
public record LowRank(Tensor left, Tensor right, double error) {

    /**
     * The truncation of a matrix. The factors belong to the scope that is open.
     *
     * @param matrix D [out, in]
     * @param name the tensor's, for the error
     * @throws AmalgamException if the rank is above the matrix's, min(out, in), or below 1
     */
    public static LowRank of(Tensor matrix, long rank, String name) {
        requireRank(matrix.size(0), matrix.size(1), rank, name, "rank");
        try (Scope scope = Scope.open()) {
            Svd leading = LinearAlgebra.leading(matrix, rank);
            LowRank truncated = new LowRank(leading.left().mul(leading.values()), leading.right(), 0);
            double whole = matrix.flatten().norm(0).item();
            double rest = matrix.sub(truncated.reconstruct()).flatten().norm(0).item();
            return new LowRank(scope.keep(truncated.left), scope.keep(truncated.right), whole == 0 ? 0 : rest / whole);
        }
    }

    /**
     * Refuses a rank that a matrix [out, in] cannot have.
     *
     * @param setting what the rank is called
     */
    public static void requireRank(long out, long in, long rank, String name, String setting) {
        long most = Math.min(out, in);
        if (rank < 1 || rank > most) {
            throw new AmalgamException("%s: %s %d is not possible, a matrix [%d, %d] has ranks from 1 to %d"
                    .formatted(name, setting, rank, out, in, most));
        }
    }

    /** The rank r. */
    public long rank() {
        return right.size(0);
    }

    /** The matrix [out, in] that the factors stand for. */
    public Tensor reconstruct() {
        return left.matmul(right);
    }

    /** Scalars that are stored: r (out + in). */
    public long parameters() {
        return left.elements() + right.elements();
    }
}
