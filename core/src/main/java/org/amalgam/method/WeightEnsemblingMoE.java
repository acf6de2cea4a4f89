package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.mixture.ExpertForm;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * WEMoE (Tang et al., Merging Multi-Task Models via Weight-Ensembling Mixture of Experts, ICML 2024): everything but the
 * feed-forward layers is merged by task arithmetic; every feed-forward layer becomes the ancestor's weights plus the task vectors
 * in proportions that a router reads off its input. The routers learn by making predictions on unlabelled test samples certain.
 */
public record WeightEnsemblingMoE(
        @Setting(
                value = "clip_weight_ensembling_moe",
                help = "which models: image encoders",
                oneOf = {"clip_weight_ensembling_moe"})
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
                value = "mlp",
                help = "what is upscaled: the feed-forward layers, or with constant routers every parameter group",
                oneOf = {"mlp", "all"})
        String upscale,

        @Setting(help = "smaller experts") CompressSettings compress,

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
                value = "true",
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
        return learning().merge(form(), everyModule(), pool, run, UnaryOperator.identity());
    }

    private boolean everyModule() {
        return upscale.equals("all");
    }

    @Override
    public void requireFit(ModelPool pool) {
        Method.super.requireFit(pool);
        if (everyModule() && routerHiddenLayers > 0) {
            throw new AmalgamException(
                    "method.upscale: all is offered with router_hidden_layers=0 alone, found " + routerHiddenLayers
                            + "; a router that reads hidden states stands before a feed-forward layer, use mlp");
        }
        learning().requireFit(form(), everyModule(), pool);
    }

    /** What it makes of a pool before routers are learned. */
    public Upscale form() {
        ExpertForm experts =
                compress.rank().<ExpertForm>map(ExpertForm.Truncated::new).orElseGet(ExpertForm.Whole::new);
        return new Upscale(experts, routerHiddenLayers, initLambda, false, 0, batchReduce);
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
