package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.data.Seeds;
import org.amalgam.data.SplitMix64;
import org.amalgam.merge.Composition;
import org.amalgam.merge.Composition.Consensus;
import org.amalgam.merge.MergeFunction;
import org.amalgam.merge.Sparsity;
import org.amalgam.merge.Sparsity.Extent;
import org.amalgam.merge.Sparsity.Magnitude;
import org.amalgam.merge.Sparsity.RandomDrop;
import org.amalgam.merge.Sparsity.Within;
import org.amalgam.model.LinearSpec;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * DARE (Yu et al., ICML 2024): of each task vector a random part p is dropped, and what stays is divided by 1 - p; then task
 * arithmetic, or TIES.
 */
public record Dare(
        @Setting(value = "task_arithmetic", help = "what merges the sparse task vectors")
        BaseMethod baseMethod,

        @Setting(value = "0.5", help = "p, the chance of an entry to be dropped: from 0 up to, but not, 1")
        double sparsityRatio,

        @Setting(value = "false", help = "drop from the matrices of the linear layers alone; the rest stays dense")
        boolean onlyOnLinearWeights,

        @Setting(value = "true", help = "divide what stays by 1 - p")
        boolean rescale,

        @Setting(value = "0.3", help = "s, the factor of the merged task vector; any number")
        double scalingFactor,

        @Setting(value = "20", help = "with TIES: share of each task vector to keep, as for ties_merging")
        double threshold,

        @Setting(
                value = "model",
                help = "with TIES: what the share is taken of, the whole task vector or each tensor on its own")
        Extent thresholdPer,

        @Setting(
                value = "sum",
                help = "how the entries that take part become one",
                oneOf = {"sum", "mean", "max"})
        String mergeFunc,

        @Setting(value = "[]", help = "names of tensors that keep the ancestor's values")
        List<String> removeKeys)
        implements StaticMethod {

    /** What follows the dropping. */
    public enum BaseMethod {
        TASK_ARITHMETIC,
        TIES_MERGING
    }

    @Override
    public String title(String name) {
        return baseMethod == BaseMethod.TIES_MERGING ? name + " with TIES" : name;
    }

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        return MergedModel.of(merged(pool, run))
                .withNotes(List.of("Entries were dropped by chance, with seed " + run.seed() + "."));
    }

    @Override
    public void requireFit(ModelPool pool) {
        if (!(sparsityRatio >= 0 && sparsityRatio < 1)) {
            throw new AmalgamException("method.sparsity_ratio: " + sparsityRatio
                    + " is no chance of an entry to be dropped; give a number from 0 up to, but not, 1");
        }
        if (baseMethod == BaseMethod.TIES_MERGING) {
            trimming();
        }
        Composed.requireTensors(pool, removeKeys);
    }

    @Override
    public LazyWeights merged(ModelPool pool, Run run) {
        requireFit(pool);
        Composition composition =
                new Composition(sparsities(pool, run.seed()), consensus(), MergeFunction.of(mergeFunc));
        return Composed.of(pool, composition, scalingFactor, removeKeys, run.workers());
    }

    private List<Sparsity> sparsities(ModelPool pool, long seed) {
        List<Sparsity> sparsities = new ArrayList<>();
        Sparsity drop = new RandomDrop(
                sparsityRatio,
                rescale,
                (task, name, span) ->
                        uniform(Seeds.seed(seed, "dare", pool.tasks().get(task), name), span));
        if (onlyOnLinearWeights) {
            Set<String> linear = pool.architecture().linears().stream()
                    .map(LinearSpec::weight)
                    .collect(Collectors.toSet());
            drop = new Within(drop, linear::contains);
        }
        sparsities.add(drop);
        if (baseMethod == BaseMethod.TIES_MERGING) {
            sparsities.add(trimming());
        }
        return sparsities;
    }

    private Sparsity trimming() {
        return Magnitude.ofThreshold("method.threshold", threshold, thresholdPer);
    }

    private Consensus consensus() {
        return baseMethod == BaseMethod.TIES_MERGING ? Consensus.SIGN : Consensus.NONE;
    }

    private static Tensor uniform(long seed, Span span) {
        SplitMix64 random = SplitMix64.after(span.start(), seed);
        float[] values = new float[Math.toIntExact(span.length())];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.uniform();
        }
        return Tensor.of(values, values.length);
    }

    @Override
    public long memory(ModelPool pool, Run run) {
        return memoryWithCutoffs(pool, run);
    }
}
