package org.amalgam.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.global.torch;

import java.util.Optional;

/** What symmetric matrices add to the algebra of {@link Tensor}. */
public final class SymmetricMatrices {

    /** Below this a pivot of the matrix with unit diagonal is float32's rounding, not information. */
    private static final double LEAST_PIVOT = 1e-6;

    private SymmetricMatrices() {}

    /** The matrix with every entry off the diagonal multiplied by a factor. */
    public static Tensor scaleOffDiagonal(Tensor a, double factor) {
        Tensor scaled = a.mul(factor);
        scaled.handle().diagonal().copy_(a.handle().diagonal());
        return scaled;
    }

    /**
     * {@code A^-1 B} for a positive definite A, by Cholesky's decomposition in float64 of the matrix scaled to a unit diagonal.
     *
     * @param a [n, n], symmetric
     * @param b [n, m]
     * @return float32 [n, m]; empty if the matrix is singular as far as float32 can tell
     */
    public static Optional<Tensor> solve(Tensor a, Tensor b) {
        org.bytedeco.pytorch.Tensor wide = a.to(DType.F64).handle();
        org.bytedeco.pytorch.Tensor diagonal = wide.diagonal();
        if (!diagonal.gt(new Scalar(0)).all().item_bool()) {
            return Optional.empty();
        }
        org.bytedeco.pytorch.Tensor scale = diagonal.rsqrt().unsqueeze(1);
        T_TensorTensor_T decomposed = torch.linalg_cholesky_ex(wide.mul(scale).mul(scale.t()));
        org.bytedeco.pytorch.Tensor factor = decomposed.get0();
        boolean failed = decomposed.get1().item_int() != 0;
        if (failed || !(factor.diagonal().square().min().item_double() > LEAST_PIVOT)) {
            return Optional.empty();
        }
        org.bytedeco.pytorch.Tensor right = b.to(DType.F64).handle().mul(scale);
        return Optional.of(new Tensor(torch.cholesky_solve(right, factor).mul(scale)).to(DType.F32));
    }
}
