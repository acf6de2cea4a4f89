package org.amalgam.method;

import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;

import java.util.OptionalLong;

/** A method that upscales feed-forward layers and learns routers for them. What makes one of it is the form of its experts. */
sealed interface RouterMethod extends Method permits WeightEnsemblingMoE, SparseWeightEnsemblingMoE {

    /** How the routers are learned, and the settings of that. */
    RouterLearning learning();

    /** What it makes of a pool before routers are learned. */
    Upscale form();

    @Override
    default String title(String chosen) {
        return learning().routerHiddenLayers() == 0 ? chosen + " with constant routers" : chosen;
    }

    @Override
    default boolean usesData() {
        return learning().learns();
    }

    @Override
    default Steps steps(ModelPool pool) {
        return learning().steps(pool);
    }

    @Override
    default OptionalLong mixtureBytes(ModelPool pool) {
        return learning().routerHiddenLayers() == 0 ? OptionalLong.empty() : OptionalLong.of(form().mixtureBytes(pool));
    }

    @Override
    default long memory(ModelPool pool, Run run) {
        return form().memory(pool, run, learning().batchSize());
    }

    @Override
    default long activationBytes(ModelPool pool) {
        return learning().activationBytes(form(), pool);
    }
}
