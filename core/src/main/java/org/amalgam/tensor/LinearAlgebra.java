package org.amalgam.tensor;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.global.torch;

/**
 * Decompositions of matrices. They compute in float64 where digits would be lost and give float32; what is exact in the task
 * vectors of fine-tuned models is their first seven digits.
 */
public final class LinearAlgebra {

    /** Directions kept besides those asked for: what is hard to tell from the last one asked for is among them. */
    private static final int GUARD = 16;

    /** Below this many rows and columns the whole decomposition takes no longer than its leading part. */
    private static final int SMALL = 128;

    /** Angle that the leading directions may be off by. */
    private static final double ANGLE = 2e-6;

    private LinearAlgebra() {}

    /**
     * Eigenvalues, ascending, and eigenvectors of a symmetric matrix.
     *
     * @param values [n]
     * @param vectors [n, n], one a column, orthonormal
     */
    public record Eigen(Tensor values, Tensor vectors) {}

    /** All of the spectrum of a symmetric matrix [n, n], in its own type. */
    public static Eigen eigen(Tensor symmetric) {
        T_TensorTensor_T both = torch.linalg_eigh(symmetric.handle());
        return new Eigen(new Tensor(both.get0()), new Tensor(both.get1()));
    }

    /** The largest number of singular values that a matrix [m, n] has: min(m, n). */
    public static long rank(Tensor matrix) {
        return Math.min(matrix.size(0), matrix.size(1));
    }

    /** All min(m, n) singular values of a matrix and their vectors, computed in float64. */
    public static Svd svd(Tensor matrix) {
        try (Scope scope = Scope.open()) {
            return keep(scope, thin(matrix.to(DType.F64)).rounded());
        }
    }

    /**
     * The leading {@code rank} singular values of a matrix and their vectors.
     *
     * <p>Singular vectors are eigenvectors of the Gram matrix of the smaller side. In float32 that matrix tells a few leading
     * directions from all others well enough, but not from each other: so a few more than asked for are taken, and within
     * their span everything is decomposed in float64 (Rayleigh and Ritz). What is left over, {@code A^T A v - s^2 v}, bounds
     * the angle to the true directions (Davis and Kahan, 1970). Where the bound is not small, because the spectrum is flat or
     * ends, the matrix is decomposed whole.
     *
     * @throws IllegalArgumentException if the rank is not in [1, min(m, n)]
     */
    public static Svd leading(Tensor matrix, long rank) {
        long smaller = rank(matrix);
        if (rank < 1 || rank > smaller) {
            throw new IllegalArgumentException("rank " + rank + " is not in [1, " + smaller + "] of " + matrix);
        }
        try (Scope scope = Scope.open()) {
            boolean wide = matrix.size(0) < matrix.size(1);
            Tensor tall = wide ? matrix.transpose(0, 1) : matrix;
            Svd found = leadingOfTall(tall, rank);
            return keep(scope, (wide ? found.transposed() : found).rounded());
        }
    }

    private static Svd leadingOfTall(Tensor tall, long rank) {
        long searched = rank + GUARD;
        long columns = tall.size(1);
        Tensor exact = tall.to(DType.F64);
        double length = exact.flatten().norm(0).item();
        if (columns >= SMALL && searched <= columns / 4 && length > 0) {
            Tensor scaled = tall.to(DType.F32).mul(1 / length);
            Tensor directions = leadingEigenvectors(scaled.transpose(0, 1).matmul(scaled), searched);
            Tensor basis = orthonormal(directions.to(DType.F64));
            Svd within = thin(exact.matmul(basis));
            Svd found = new Svd(within.left(), within.values(), within.right().matmul(basis.transpose(0, 1)));
            if (angle(exact, found, rank) <= ANGLE) {
                return found.first(rank);
            }
        }
        return thin(exact).first(rank);
    }

    /** Bound of the angle between the first {@code rank} right vectors and the true ones; infinite where nothing is known. */
    private static double angle(Tensor matrix, Svd found, long rank) {
        Svd asked = found.first(rank);
        Tensor values = asked.values().reshape(rank, 1);
        Tensor residual = asked.left()
                .transpose(0, 1)
                .matmul(matrix)
                .sub(values.mul(asked.right()))
                .mul(values);
        double last = found.values().select(0, -1).item();
        Tensor gap = values.mul(values).add(-last * last);
        double bound = residual.norm(1).div(gap).max(0).item();
        return Double.isNaN(bound) ? Double.POSITIVE_INFINITY : bound;
    }

    private static Svd thin(Tensor matrix) {
        T_TensorTensorTensor_T parts = torch.linalg_svd(matrix.handle(), false, new StringViewOptional());
        return new Svd(new Tensor(parts.get0()), new Tensor(parts.get1()), new Tensor(parts.get2()));
    }

    /** An orthonormal basis of the columns' span. */
    private static Tensor orthonormal(Tensor columns) {
        return new Tensor(torch.linalg_qr(columns.handle()).get0());
    }

    /** Eigenvectors [n, count] of a symmetric float32 matrix [n, n], which is destroyed, to its largest eigenvalues. */
    private static Tensor leadingEigenvectors(Tensor symmetric, long count) {
        Loader.load(openblas.class);
        int n = Math.toIntExact(symmetric.size(0));
        int wanted = Math.toIntExact(count);
        Tensor vectors = Tensor.empty(DType.F32, wanted, n);
        // libtorch would compute every eigenvector; most of the time is in those that nobody asked for.
        try (IntPointer found = new IntPointer(1);
                IntPointer support = new IntPointer(2L * n);
                FloatPointer values = new FloatPointer(n)) {
            int info = openblas.LAPACKE_ssyevr(
                    openblas.LAPACK_COL_MAJOR,
                    (byte) 'V',
                    (byte) 'I',
                    (byte) 'U',
                    n,
                    floats(symmetric),
                    n,
                    0,
                    0,
                    n - wanted + 1,
                    n,
                    0,
                    found,
                    values,
                    floats(vectors),
                    n,
                    support);
            if (info != 0 || found.get() != wanted) {
                throw new IllegalStateException("ssyevr of a " + n + " x " + n + " matrix ended with " + info);
            }
        }
        return vectors.transpose(0, 1);
    }

    private static FloatPointer floats(Tensor tensor) {
        return new FloatPointer(tensor.handle().data_ptr());
    }

    private static Svd keep(Scope scope, Svd svd) {
        return new Svd(scope.keep(svd.left()), scope.keep(svd.values()), scope.keep(svd.right()));
    }
}
