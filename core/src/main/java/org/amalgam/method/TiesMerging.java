package org.amalgam.method;

import org.amalgam.merge.Composition;
import org.amalgam.merge.MergeFunction;
import org.amalgam.merge.Sparsity.Extent;
import org.amalgam.merge.Sparsity.Magnitude;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.tensor.LazyWeights;

import java.util.List;

/**
 * {@code theta_0 + s m}, m from trimmed task vectors that agree in sign (Yadav et al., TIES-Merging, NeurIPS 2023).
 */
public record TiesMerging(
        @Setting(value = "0.3", help = "s, the factor of the merged task vector; any number")
        double scalingFactor,

        @Setting(value = "20", help = "share of each task vector to keep: above 1 a percentage, else a fraction")
        double threshold,

        @Setting(
                value = "model",
                help = "what the share is taken of: the whole task vector, or each of its tensors on its own")
        Extent thresholdPer,

        @Setting(
                value = "sum",
                help = "how agreeing entries become one",
                oneOf = {"sum", "mean", "max", "dis-sum", "dis-mean", "dis-max"})
        String mergeFunc,

        @Setting(value = "[]", help = "names of tensors that keep the ancestor's values")
        List<String> removeKeys)
        implements StaticMethod {

    @Override
    public void requireFit(ModelPool pool) {
        composition();
        Composed.requireTensors(pool, removeKeys);
    }

    private Composition composition() {
        return Composition.ties(
                Magnitude.ofThreshold("method.threshold", threshold, thresholdPer), MergeFunction.of(mergeFunc));
    }

    @Override
    public LazyWeights merged(ModelPool pool, Run run) {
        requireFit(pool);
        return Composed.of(pool, composition(), scalingFactor, removeKeys, run.workers());
    }

    @Override
    public long memory(ModelPool pool, Run run) {
        return memoryWithCutoffs(pool, run);
    }
}
