package org.amalgam.mixture;

import org.amalgam.nn.Linear;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.List;

/**
 * A linear map of the ancestor and the K task vectors to it: {@code W = W_0 + sum_k w_k T_k}, and the bias likewise. What the
 * routing weights w are, whoever asks says; how the task vectors are held, the implementation.
 */
public sealed interface Experts permits DenseExperts, LowRankExperts, SparseExperts {

    /**
     * The map for one routing, differentiable in it.
     *
     * @param routing [K], float32
     */
    Linear merge(Tensor routing);

    /**
     * Every sample through a map of its own.
     *
     * @param x [N, tokens, in]
     * @param routing [N, K], float32
     * @return [N, tokens, out]
     */
    Tensor apply(Tensor x, Tensor routing);

    /**
     * The same experts for {@link #apply} alone, in passes that record nothing: large matrices rounded once, in the scope that is
     * open, to the type in which their products compute.
     */
    default Experts rounded(DType type) {
        return this;
    }

    /** Scalars of the task vectors, without the ancestor's map: what the experts cost. */
    long parameters();

    /**
     * The tensors that it is made of, for a file.
     *
     * @param name the linear map's
     */
    Weights tensors(String name);

    /**
     * The experts of these tensors, in whichever form they were.
     *
     * @throws IllegalArgumentException if one is missing
     */
    static Experts read(Weights parts, String name) {
        if (!parts.entries().containsKey(name + ".base.weight")) {
            return new DenseExperts(parts.get(name + ".weight"), parts.get(name + ".bias"));
        }
        Linear base = Linear.of(parts, name + ".base");
        Tensor biases = parts.get(name + ".bias");
        if (parts.entries().containsKey(name + ".up")) {
            // What the truncation lost is known to the run that truncated alone.
            return new LowRankExperts(base, parts.get(name + ".up"), parts.get(name + ".down"), biases, List.of());
        }
        List<SparseExperts.Entries> vectors = new ArrayList<>();
        for (int k = 0; k < biases.size(0); k++) {
            vectors.add(new SparseExperts.Entries(
                    parts.get(name + "." + k + ".positions"), parts.get(name + "." + k + ".values")));
        }
        return new SparseExperts(base, vectors, biases);
    }
}
