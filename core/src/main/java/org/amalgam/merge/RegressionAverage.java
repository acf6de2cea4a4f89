package org.amalgam.merge;

import org.amalgam.tensor.Scope;
import org.amalgam.tensor.SymmetricMatrices;
import org.amalgam.tensor.Tensor;

import java.util.Optional;

/**
 * The matrix of a linear map whose outputs are closest, in the least squares, to those of all models on their own inputs (Jin
 * et al., Dataless knowledge fusion by merging weights of language models, ICLR 2023, equation 1),
 *
 * <pre>  W = (sum_k G_k)^-1 (sum_k G_k W_k)</pre>
 *
 * <p>with W [in, out] and the Gram matrices G_k [in, in] of the inputs, as running sums, so that one model's matrices are in
 * memory at a time.
 */
public final class RegressionAverage {

    private final double offDiagonal;
    private final Tensor grams;
    private final Tensor products;

    /**
     * Sums of nothing yet, in the scope that is open.
     *
     * @param offDiagonal factor of the Gram matrices' entries off the diagonal, in [0, 1]; below 1 the sum is well conditioned
     */
    public RegressionAverage(long in, long out, double offDiagonal) {
        this.offDiagonal = offDiagonal;
        this.grams = Tensor.zeros(in, in);
        this.products = Tensor.zeros(in, out);
    }

    /** Adds a model's Gram matrix [in, in] and matrix [in, out], float32. */
    public void add(Tensor gram, Tensor matrix) {
        try (Scope scope = Scope.open()) {
            Tensor reduced = SymmetricMatrices.scaleOffDiagonal(gram, offDiagonal);
            grams.assign(grams.add(reduced));
            products.addMatrixProductInPlace(reduced, matrix);
        }
    }

    /** The solution [in, out]; empty if the sum of the Gram matrices is singular. */
    public Optional<Tensor> solve() {
        return SymmetricMatrices.solve(grams, products);
    }
}
