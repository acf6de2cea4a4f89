package org.amalgam.merge;

import org.amalgam.merge.Sparsity.Magnitude;
import org.amalgam.merge.TaskMatrices.RowReader;
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
     * TIES-Merging (Yadav et al., NeurIPS 2023): each task vector is trimmed to its largest entries, a sign is elected for each
     * entry, and what agrees with it becomes one.
     *
     * @param trimming what each task vector keeps
     */
    public static Composition ties(Magnitude trimming, MergeFunction function) {
        return new Composition(List.of(trimming), Consensus.SIGN, function);
    }

    /**
     * The merged task vector m as a function from a parameter's name to its values. Whatever must be known of the whole model is
     * found out here, in passes that hold a few spans; so it is afterwards.
     */
    public Function<String, Blockwise> of(TaskMatrices vectors, Crew crew) {
        TaskMatrices sparse = sparse(vectors, crew);
        int tasks = sparse.tasks();
        boolean elects = consensus == Consensus.SIGN;
        double majority = elects ? Election.majority(sparse, crew) : 0;
        return name -> {
            RowReader reader = sparse.rows(name);
            return (block, into) -> {
                int length = (int) block.length();
                try (Rows lent = Rows.lent(tasks + 1)) {
                    reader.read(block, lent);
                    float[] signs = lent.row(tasks);
                    if (elects) {
                        Entries.keepAgreeing(lent, tasks, signs, majority, length);
                    } else if (function == MergeFunction.MAX) {
                        Entries.dominant(lent, tasks, signs, length);
                    }
                    Entries.combine(lent, tasks, signs, function, into, length);
                }
            };
        };
    }

    /**
     * The task vectors before they become one: of each the entries that take part, the others 0. With TIES the task vectors of
     * AdaMerging++ (Yang et al., ICLR 2024, section 3.2).
     */
    public TaskMatrices taskVectors(TaskMatrices vectors, Crew crew) {
        TaskMatrices sparse = sparse(vectors, crew);
        if (consensus == Consensus.NONE) {
            return sparse;
        }
        int tasks = sparse.tasks();
        double majority = Election.majority(sparse, crew);
        return sparse.thenRows((name, rows, length) -> {
            try (Rows signs = Rows.lent(1)) {
                Entries.keepAgreeing(rows, tasks, signs.row(0), majority, length);
            }
        });
    }

    private TaskMatrices sparse(TaskMatrices vectors, Crew crew) {
        TaskMatrices sparse = vectors;
        for (Sparsity sparsity : sparsities) {
            sparse = sparsity.of(sparse, crew);
        }
        return sparse;
    }
}
