package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.merge.Pruning;
import org.amalgam.mixture.ExpertForm;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Inlined;
import org.amalgam.settings.Setting;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

/**
 * E-WEMoE (Shen et al., Efficient and Effective Weight-Ensembling Mixture of Experts for Multi-Task Model Merging, 2024): WEMoE
 * with one router for all blocks and with task vectors that lose their small entries, held and applied sparsely.
 */
public record SparseWeightEnsemblingMoE(
        @Setting(
                value = "sparse_clip_weight_ensembling_moe",
                help = "which models: image encoders",
                oneOf = {"sparse_clip_weight_ensembling_moe"})
        String name,

        @Inlined RouterLearning learning,

        @Setting(
                value = "0.9",
                help = "share of each task vector tensor that is dropped, smallest magnitudes first, in [0, 1]")
        double tvPruneRatio,

        @Setting(value = "false", help = "prune the routers too, whether they are learned, read or constant")
        boolean postSparseGate,

        @Setting(
                value = "0.0",
                help = "share of each router tensor that is dropped where post_sparse_gate prunes, in [0, 1]")
        double gatePruneRatio,

        @Setting(value = "true", help = "one router for all blocks instead of one each")
        boolean sharedGate,

        @Setting(value = "false", help = "tell the router which block it serves")
        boolean positionEncoding,

        @Setting(value = "8", help = "width of the block's encoding, even")
        int positionEncodingDim,

        @Setting(
                value = "false",
                help = "accepted for the reference's sake; memory and gradients are the same with either value")
        boolean useGradAccumulate)
        implements RouterMethod {

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        requireFit(pool);
        return learning.merge(form(), false, pool, run, routers -> postSparseGate ? pruned(routers, pool) : routers);
    }

    @Override
    public void requireFit(ModelPool pool) {
        RouterMethod.super.requireFit(pool);
        requireShare("tv_prune_ratio", tvPruneRatio);
        requireShare("gate_prune_ratio", gatePruneRatio);
        learning.requireFit(form(), false, pool);
    }

    private static void requireShare(String key, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new AmalgamException("method." + key + ": " + share + " is no share; give a number from 0 to 1");
        }
    }

    @Override
    public Upscale form() {
        return new Upscale(
                new ExpertForm.Pruned(tvPruneRatio),
                learning.routerHiddenLayers(),
                learning.initLambda(),
                sharedGate,
                positionEncoding ? positionEncodingDim : 0,
                learning.batchReduce());
    }

    /** The reference prunes a router once for every block that uses it, and so does this. */
    private Weights pruned(Weights routers, ModelPool pool) {
        int times = sharedGate ? pool.architecture().feedForwards().size() : 1;
        return routers.map((name, tensor) -> {
            Tensor pruned = tensor;
            for (int i = 0; i < times; i++) {
                pruned = Pruning.aboveQuantile(pruned, gatePruneRatio);
            }
            return pruned;
        });
    }
}
