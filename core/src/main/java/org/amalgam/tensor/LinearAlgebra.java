package org.amalgam.tensor;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.global.torch;

import java.util.function.ObjLongConsumer;

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
    private static final double ANGLE = 2e-5;

    /** Rows that are worked on together: with 768 columns, 1.5 MiB in float64. */
    private static final long STRIP = 256;

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
     * The leading {@code rank} singular values of a matrix and their vectors; those of a zero matrix are the unit vectors.
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
        double largest = tall.abs().flatten().max(0).item();
        if (largest == 0) {
            return new Svd(identity(tall.size(0), rank), Tensor.zeros(rank), identity(rank, columns));
        }
        if (columns >= SMALL && searched <= columns / 4) {
            Tensor directions = leadingEigenvectors(gram(tall, 1 / largest), searched);
            Projection within = Projection.of(tall, orthonormal(directions.to(DType.F64)));
            if (within.angle(rank) <= ANGLE) {
                return within.triples().first(rank);
            }
        }
        return thin(tall.to(DType.F64)).first(rank);
    }

    /**
     * What a matrix is within the span of a few directions Q, in float64.
     *
     * @param triples of A Q, their right vectors as directions v of the whole space
     * @param images A^T A v [r, n]
     */
    private record Projection(Svd triples, Tensor images) {

        static Projection of(Tensor matrix, Tensor basis) {
            long directions = basis.size(1);
            Tensor projected = Tensor.empty(DType.F64, matrix.size(0), directions);
            Tensor back = new Tensor(torch.zeros(basis.shape(), ElementTypes.options(DType.F64)));
            forEachStrip(matrix, (strip, start) -> {
                Tensor exact = strip.to(DType.F64);
                Tensor product = exact.matmul(basis);
                projected.slice(0, start, strip.size(0)).assign(product);
                back.addMatrixProductInPlace(exact.transpose(0, 1), product);
            });
            Svd within = thin(projected);
            return new Projection(
                    new Svd(within.left(), within.values(), within.right().matmul(basis.transpose(0, 1))),
                    within.right().matmul(back.transpose(0, 1)));
        }

        /** Bound of the angle between the first {@code rank} right vectors and the true ones; infinite where nothing is known. */
        double angle(long rank) {
            Svd asked = triples.first(rank);
            Tensor squares = asked.values().mul(asked.values()).reshape(rank, 1);
            Tensor residual = images.slice(0, 0, rank).sub(squares.mul(asked.right()));
            double last = triples.values().select(0, -1).item();
            double bound =
                    residual.norm(1).div(squares.add(-last * last)).max(0).item();
            return Double.isNaN(bound) ? Double.POSITIVE_INFINITY : bound;
        }
    }

    /** Works on a matrix a few rows at a time: what is made of them stays in the cache, and is freed. */
    private static void forEachStrip(Tensor tall, ObjLongConsumer<Tensor> work) {
        for (long start = 0; start < tall.size(0); start += STRIP) {
            try (Scope scope = Scope.open()) {
                work.accept(tall.slice(0, start, Math.min(STRIP, tall.size(0) - start)), start);
            }
        }
    }

    /** One triangle of {@code (s A)^T (s A)} in float32, the other is not set: half the work of a product. */
    private static Tensor gram(Tensor tall, double scale) {
        Loader.load(openblas.class);
        int n = Math.toIntExact(tall.size(1));
        Tensor gram = Tensor.zeros(n, n);
        forEachStrip(tall, (strip, start) -> {
            // A transposed matrix's strip is rows in memory, once it is transposed back.
            boolean rows = strip.handle().stride(1) == 1;
            Tensor scaled = (rows ? strip : strip.transpose(0, 1)).to(DType.F32).mul(scale);
            Tensor packed = scaled.contiguous();
            openblas.cblas_ssyrk(
                    openblas.CblasRowMajor,
                    openblas.CblasLower,
                    rows ? openblas.CblasTrans : openblas.CblasNoTrans,
                    n,
                    Math.toIntExact(strip.size(0)),
                    1,
                    floats(packed),
                    Math.toIntExact(packed.size(1)),
                    1,
                    floats(gram),
                    n);
        });
        return gram;
    }

    private static Svd thin(Tensor matrix) {
        T_TensorTensorTensor_T parts = torch.linalg_svd(matrix.handle(), false, new StringViewOptional());
        return new Svd(new Tensor(parts.get0()), new Tensor(parts.get1()), new Tensor(parts.get2()));
    }

    /** Ones where row and column have the same number, zeroes elsewhere. */
    private static Tensor identity(long rows, long columns) {
        return new Tensor(torch.eye(rows, columns, ElementTypes.options(DType.F32)));
    }

    /** An orthonormal basis of the columns' span. */
    private static Tensor orthonormal(Tensor columns) {
        return new Tensor(torch.linalg_qr(columns.handle()).get0());
    }

    /** Eigenvectors [n, count] of a symmetric float32 matrix [n, n], of which the lower triangle is read and destroyed, to its largest eigenvalues. */
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
