package org.amalgam.mixture;

import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.Map;

/** The matrices of a layer's task vectors, D_k [out, in], and how they weigh in. */
public sealed interface TokenExperts {

    /** {@code sum_k w_k D_k x} [T, out] for tokens x [T, in] and what each expert weighs [T, K]. */
    Tensor apply(Tensor tokens, Tensor routing);

    /** What they are made of, by short names. */
    Weights parts();

    /**
     * As they are.
     *
     * @param matrices [K, out, in]
     */
    record Dense(Tensor matrices) implements TokenExperts {

        /** Expert by expert, with the tokens that chose it. */
        @Override
        public Tensor apply(Tensor tokens, Tensor routing) {
            Tensor sum = Tensor.zeros(tokens.size(0), matrices.size(1));
            for (int k = 0; k < matrices.size(0); k++) {
                Tensor weights = routing.select(1, k);
                Tensor matrix = matrices.select(0, k);
                Tensor chosen = weights.nonZero();
                if (chosen.elements() == tokens.size(0)) {
                    sum = sum.add(Functional.linear(tokens, matrix).mul(weights.reshape(-1, 1)));
                } else if (chosen.elements() > 0) {
                    Tensor output = Functional.linear(tokens.rows(chosen), matrix);
                    sum.addAt(chosen, output.mul(weights.rows(chosen).reshape(-1, 1)));
                }
            }
            return sum;
        }

        @Override
        public Weights parts() {
            return new Weights(Map.of("matrices", matrices));
        }
    }

    /**
     * At rank r, the experts' factors below each other.
     *
     * @param left (U_k diag(s_k))^T [K r, out]
     * @param right V_k^T [K r, in]
     */
    record Truncated(Tensor left, Tensor right) implements TokenExperts {

        /** Two products for all experts: between them the weights scale each expert's r numbers. */
        @Override
        public Tensor apply(Tensor tokens, Tensor routing) {
            long count = tokens.size(0);
            long experts = routing.size(1);
            return Functional.linear(tokens, right)
                    .reshape(count, experts, -1)
                    .mul(routing.reshape(count, experts, 1))
                    .reshape(count, -1)
                    .matmul(left);
        }

        @Override
        public Weights parts() {
            Map<String, Tensor> parts = new LinkedHashMap<>();
            parts.put("left", left);
            parts.put("right", right);
            return new Weights(parts);
        }
    }
}
