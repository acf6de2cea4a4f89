package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.mixture.ExpertForm;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Inlined;
import org.amalgam.settings.Setting;

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

        @Inlined RouterLearning learning,

        @Setting(
                value = "mlp",
                help = "what is upscaled: the feed-forward layers, or with constant routers every parameter group",
                oneOf = {"mlp", "all"})
        String upscale,

        @Setting(help = "smaller experts") CompressSettings compress,

        @Setting(
                value = "true",
                help = "accepted for the reference's sake; memory and gradients are the same with either value")
        boolean useGradAccumulate)
        implements RouterMethod {

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        requireFit(pool);
        return learning.merge(form(), everyModule(), pool, run, UnaryOperator.identity());
    }

    private boolean everyModule() {
        return upscale.equals("all");
    }

    @Override
    public void requireFit(ModelPool pool) {
        RouterMethod.super.requireFit(pool);
        if (everyModule() && learning.routerHiddenLayers() > 0) {
            throw new AmalgamException("method.upscale: all is offered with router_hidden_layers=0 alone, found "
                    + learning.routerHiddenLayers()
                    + "; a router that reads hidden states stands before a feed-forward layer, use mlp");
        }
        learning.requireFit(form(), everyModule(), pool);
    }

    @Override
    public Upscale form() {
        ExpertForm experts =
                compress.rank().<ExpertForm>map(ExpertForm.Truncated::new).orElseGet(ExpertForm.Whole::new);
        return new Upscale(
                experts, learning.routerHiddenLayers(), learning.initLambda(), false, 0, learning.batchReduce());
    }
}
