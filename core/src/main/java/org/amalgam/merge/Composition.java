package org.amalgam.merge;

import org.amalgam.merge.TaskMatrices.RowReader;
import org.amalgam.merge.Ties.MergeFunction;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.LazyWeights.Blockwise;
import org.amalgam.tensor.Rows;

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
    public Function<String, Blockwise> of(TaskMatrices vectors, Crew crew) {
        TaskMatrices sparse = vectors;
        for (Sparsity sparsity : sparsities) {
            sparse = sparsity.of(sparse, crew);
        }
        return combined(sparse, crew);
    }

    private Function<String, Blockwise> combined(TaskMatrices sparse, Crew crew) {
        int tasks = sparse.tasks();
        boolean elects = consensus == Consensus.SIGN;
        double majority = elects ? Election.among(sparse, crew).majority() : 0;
        return name -> {
            RowReader reader = sparse.rows(name);
            return (block, into) -> {
                int length = (int) block.length();
                try (Rows lent = Rows.lent(tasks + 1)) {
                    reader.read(block, lent);
                    float[] signs = lent.row(tasks);
                    if (elects) {
                        Entries.sum(lent, tasks, signs, length);
                        Entries.keepAgreeing(lent, tasks, signs, majority, length);
                    } else if (function == MergeFunction.MAX) {
                        Entries.dominant(lent, tasks, signs, length);
                    }
                    Entries.combine(lent, tasks, signs, function, into, length);
                }
            };
        };
    }
}
