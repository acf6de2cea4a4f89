package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.merge.Composition;
import org.amalgam.merge.Composition.Consensus;
import org.amalgam.merge.MergeFunction;
import org.amalgam.merge.Sparsity.Extent;
import org.amalgam.merge.Sparsity.Magnitude;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.tensor.LazyWeights;

import java.util.List;

/** Task arithmetic with task vectors that have lost their smallest entries: the trimming of TIES without its election. */
public record MagnitudePruning(
        @Setting(value = "0.5", help = "share of each task vector's entries to remove: from 0 up to, but not, 1")
        double pruneRatio,

        @Setting(
                value = "tensor",
                help = "what the share is taken of: each tensor on its own, or the whole task vector")
        Extent prunePer,

        @Setting(value = "false", help = "divide what stays by 1 - prune_ratio")
        boolean rescale,

        @Setting(value = "0.3", help = "s, the factor of the summed task vectors; any number")
        double scalingFactor,

        @Setting(value = "[]", help = "names of tensors that keep the ancestor's values")
        List<String> removeKeys)
        implements StaticMethod {

    @Override
    public void requireFit(ModelPool pool) {
        if (!(pruneRatio >= 0 && pruneRatio < 1)) {
            throw new AmalgamException("method.prune_ratio: " + pruneRatio
                    + " is no share to remove; give a number from 0 up to, but not, 1");
        }
        Composed.requireTensors(pool, removeKeys);
    }

    @Override
    public LazyWeights merged(ModelPool pool, Run run) {
        requireFit(pool);
        Composition composition =
                new Composition(List.of(new Magnitude(1 - pruneRatio, prunePer)), Consensus.NONE, MergeFunction.SUM);
        double scale = rescale ? scalingFactor / (1 - pruneRatio) : scalingFactor;
        return Composed.of(pool, composition, scale, removeKeys, run.workers());
    }

    @Override
    public long memory(ModelPool pool, Run run) {
        return memoryWithCutoffs(pool, run);
    }
}
