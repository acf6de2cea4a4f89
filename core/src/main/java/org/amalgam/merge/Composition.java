package org.amalgam.merge;

import org.amalgam.merge.Ties.MergeFunction;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.LazyWeights.Values;
import org.amalgam.tensor.Tensor;

import java.util.List;
import java.util.function.Function;

/**
 * How K task vectors become one: make them sparse, agree on signs, combine. TIES, DARE, their combination and
 * magnitude-pruned task arithmetic are values of this record; with nothing but a sum it is task arithmetic.
 *
 * @param sparsities rules in the order in which they are applied; none keeps everything
 * @param consensus which of the remaining entries take part
 * @param function how those become one entry
 */
public record Composition(List<Sparsity> sparsities, Consensus consensus, MergeFunction function) {

    /** Which entries of the tasks take part where they disagree. */
    public enum Consensus {
        /** All. */
        NONE,
        /** Those of the sign that is elected entry by entry: TIES. */
        SIGN
    }

    public Composition {
        sparsities = List.copyOf(sparsities);
    }

    /**
     * The merged task vector m as a function from a parameter's name to its values. Whatever must be known of the whole model is
     * found out here, in passes that hold a few spans; so it is afterwards.
     */
    public Function<String, Values> of(TaskMatrices vectors, Crew crew) {
        TaskMatrices sparse = vectors;
        for (Sparsity sparsity : sparsities) {
            sparse = sparsity.of(sparse, crew);
        }
        return combined(sparse, crew);
    }

    private Function<String, Values> combined(TaskMatrices sparse, Crew crew) {
        if (consensus == Consensus.NONE) {
            return name -> span -> {
                Tensor matrix = sparse.matrix(name, span);
                // Sums and means have no use for signs.
                Tensor sign = function == MergeFunction.MAX ? dominant(matrix) : matrix;
                return Ties.combine(matrix, sign, function);
            };
        }
        Election election = Election.among(sparse, crew);
        return name -> span -> {
            Tensor matrix = sparse.matrix(name, span);
            Tensor sign = election.signs(matrix);
            return Ties.combine(Election.agreeing(matrix, sign), sign, function);
        };
    }

    /** The sign of the entry of largest magnitude; 0 where both signs have it. */
    private static Tensor dominant(Tensor matrix) {
        return matrix.max(0).sub(matrix.mul(-1).max(0)).sign();
    }
}
