package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.merge.Composition;
import org.amalgam.merge.Entries;
import org.amalgam.pool.ModelPool;
import org.amalgam.settings.Spelling;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.LazyWeights.Blockwise;
import org.amalgam.tensor.Rows;

import java.util.List;
import java.util.function.Function;

/** {@code theta_0 + s m}, m composed of a pool's task vectors; the shared half of TIES, DARE and magnitude pruning. */
final class Composed {

    private Composed() {}

    /**
     * Refuses names of tensors to leave alone that the models do not have.
     *
     * @throws AmalgamException of the first
     */
    static void requireTensors(ModelPool pool, List<String> removed) {
        Spelling.requireKnown(
                removed, pool.ancestor().weights().names(), "method.remove_keys: the models have no tensor");
    }

    /**
     * The merged model; cut-offs and majorities are found out at once.
     *
     * @param scale s
     * @param removed names of tensors that keep the ancestor's values and take no part
     */
    static LazyWeights of(ModelPool pool, Composition composition, double scale, List<String> removed, Crew crew) {
        Function<String, Blockwise> composed = composition.of(pool.taskMatrices(removed), crew);
        return pool.lazily(name -> {
            if (removed.contains(name)) {
                return pool.ancestor().blocks(name);
            }
            Blockwise values = composed.apply(name);
            Blockwise ancestor = pool.ancestor().blocks(name);
            return (Blockwise) (block, into) -> {
                ancestor.compute(block, into);
                try (Rows summand = Rows.lent(1)) {
                    values.compute(block, summand.row(0));
                    Entries.addScaled(into, summand.row(0), (float) scale, (int) block.length());
                }
            };
        });
    }
}
