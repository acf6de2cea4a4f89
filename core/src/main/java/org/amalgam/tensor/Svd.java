package org.amalgam.tensor;

/**
 * A singular value decomposition {@code A = U diag(s) V^T} of a matrix [m, n], or its leading part. float32, whatever it was
 * computed in.
 *
 * @param left U [m, r], orthonormal columns
 * @param values s [r], descending and not negative
 * @param right V^T [r, n], orthonormal rows
 */
public record Svd(Tensor left, Tensor values, Tensor right) {

    /** The decomposition of the transposed matrix; views. */
    Svd transposed() {
        return new Svd(right.transpose(0, 1), values, left.transpose(0, 1));
    }

    /** The first {@code rank} triples. */
    Svd first(long rank) {
        return new Svd(left.slice(1, 0, rank), values.slice(0, 0, rank), right.slice(0, 0, rank));
    }

    /** In float32, in memory of its own. */
    Svd rounded() {
        return new Svd(round(left), round(values), round(right));
    }

    private static Tensor round(Tensor tensor) {
        // Rows of a transposed factor lie apart: what follows multiplies with them often.
        return tensor.to(DType.F32).contiguous();
    }
}
