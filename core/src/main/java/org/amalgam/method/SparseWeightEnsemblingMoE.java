package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.merge.Pruning;
import org.amalgam.mixture.ExpertForm;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.Optional;
import java.util.OptionalLong;

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

        @Setting(value = "null", help = "file of learned routers to use instead of learning; false and null use none")
        Optional<String> checkpoint,

        @Setting(value = "null", help = "file for the learned routers; false and null save none")
        Optional<String> saveCheckpoint,

        @Setting(value = "2", help = "depth of the routers: 0 constants, 1 one linear map, 2 a perceptron")
        int routerHiddenLayers,

        @Setting(value = "0.3", help = "coefficient of task arithmetic, and every routing weight before the first step")
        double initLambda,

        @Setting(
                value = "true",
                help = "one routing a batch while routers are learned; false routes every sample by itself")
        boolean batchReduce,

        @Setting(
                value = "0.9",
                help = "share of each task vector tensor that is dropped, smallest magnitudes first, in [0, 1]")
        double tvPruneRatio,

        @Setting(value = "false", help = "prune the learned routers too")
        boolean postSparseGate,

        @Setting(value = "0.0", help = "share of each router tensor that is dropped after learning, in [0, 1]")
        double gatePruneRatio,

        @Setting(value = "true", help = "one router for all blocks instead of one each")
        boolean sharedGate,

        @Setting(value = "false", help = "tell the router which block it serves")
        boolean positionEncoding,

        @Setting(value = "8", help = "width of the block's encoding, even")
        int positionEncodingDim,

        @Setting(value = "1e-4", atLeast = 0, help = "learning rate")
        double lr,

        @Setting(
                value = "adam",
                help = "how routers follow their gradient",
                oneOf = {"adam", "sgd"})
        String optimizer,

        @Setting(value = "1", help = "accepted for the reference's sake; one process computes")
        int devices,

        @Setting(value = "16", atLeast = 1, help = "samples of each task a step")
        int batchSize,

        @Setting(value = "true", help = "draw samples in a fresh random order each epoch")
        boolean shuffle,

        @Setting(value = "16", help = "accepted for the reference's sake; decoding uses the machine's processors")
        int numWorkers,

        @Setting(value = "1000", atLeast = 0, help = "steps of adaptation")
        int maxSteps,

        @Setting(
                value = "false",
                help = "accepted for the reference's sake; memory and gradients are the same with either value")
        boolean useGradAccumulate,

        @Setting(value = "outputs", help = "folder in which zero-shot heads are kept for later runs")
        String cacheDir,

        @Setting(value = "false", help = "a single step, to see that a run would work")
        boolean fastDevRun)
        implements Method {

    @Override
    public String title(String chosen) {
        return routerHiddenLayers == 0 ? chosen + " with constant routers" : chosen;
    }

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        requireFit(pool);
        return learning().merge(form(), false, pool, run, routers -> postSparseGate ? pruned(routers, pool) : routers);
    }

    @Override
    public void requireFit(ModelPool pool) {
        Method.super.requireFit(pool);
        requireShare("tv_prune_ratio", tvPruneRatio);
        requireShare("gate_prune_ratio", gatePruneRatio);
        learning().requireFit(form(), false, pool);
    }

    private static void requireShare(String key, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new AmalgamException("method." + key + ": " + share + " is no share; give a number from 0 to 1");
        }
    }

    /** What it makes of a pool before routers are learned. */
    public Upscale form() {
        return new Upscale(
                new ExpertForm.Pruned(tvPruneRatio),
                routerHiddenLayers,
                initLambda,
                sharedGate,
                positionEncoding ? positionEncodingDim : 0,
                batchReduce);
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

    private RouterLearning learning() {
        return new RouterLearning(
                optimizer,
                lr,
                batchSize,
                fastDevRun ? 1 : maxSteps,
                shuffle,
                RouterFile.given(checkpoint),
                RouterFile.given(saveCheckpoint));
    }

    @Override
    public boolean usesData() {
        return RouterFile.given(checkpoint).isEmpty();
    }

    @Override
    public Steps steps(ModelPool pool) {
        return learning().steps(pool);
    }

    @Override
    public OptionalLong mixtureBytes(ModelPool pool) {
        return routerHiddenLayers == 0 ? OptionalLong.empty() : OptionalLong.of(form().mixtureBytes(pool));
    }

    @Override
    public long memory(ModelPool pool, Run run) {
        return form().memory(pool, run, batchSize);
    }

    @Override
    public long activationBytes(ModelPool pool) {
        return learning().activationBytes(form(), pool);
    }
}
