package org.amalgam.method;

import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;

/** A method that learns a Pareto set. What makes one of it is how it weighs the losses of a step. */
sealed interface ParetoMethod extends Method permits ParetoLinearScalarisation, ParetoExactOptimum {

    /** What is learned, and its settings. */
    ParetoLearning learning();

    @Override
    default void requireFit(ModelPool pool) {
        Method.super.requireFit(pool);
        learning().requireFit(pool);
    }

    @Override
    default boolean usesTrainingData() {
        return learning().learns();
    }

    @Override
    default boolean readsLabels() {
        return learning().learns();
    }

    @Override
    default Steps steps(ModelPool pool) {
        return learning().steps(pool);
    }

    @Override
    default int frontSize(ModelPool pool) {
        return learning().frontSize(pool);
    }

    @Override
    default long memory(ModelPool pool, Run run) {
        return learning().memory(pool, run);
    }
}
