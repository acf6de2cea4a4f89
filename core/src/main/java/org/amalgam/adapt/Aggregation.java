package org.amalgam.adapt;

import java.util.List;
import java.util.Map;

/** How the tasks' losses become the one that a step makes smaller: a weighted sum, by weights that are constants to the gradient. */
public sealed interface Aggregation {

    /** Every loss as it is. */
    Aggregation SUM = new Scalarised((step, task) -> 1);

    /** Weights that are known before a step: linear scalarisation. One backward pass serves all tasks. */
    record Scalarised(Scale scale) implements Aggregation {}

    /**
     * Weights that depend on the losses and on how the tasks' gradients lie to each other. Every task's gradient is carried back to
     * the parameters by itself, from the one forward pass that its batch has.
     */
    record Searched(Search search) implements Aggregation {}

    /** The weight of a task's loss in a step; both are counted from 0. */
    @FunctionalInterface
    interface Scale {
        double of(int step, int task);
    }

    /** Finds the weights of the losses in a step. */
    @FunctionalInterface
    interface Search {

        /**
         * The weights for these losses and gradients.
         *
         * @param losses of each task's batch, [K]
         * @param gram inner products of the tasks' gradients with respect to all parameters, [K][K]
         */
        Found find(int step, double[] losses, double[][] gram);
    }

    /**
     * What a search found.
     *
     * @param weights of the losses, [K]
     * @param numbers that describe it, of the same names at every step; they enter the trace
     */
    record Found(List<Double> weights, Map<String, Double> numbers) {

        public Found {
            weights = List.copyOf(weights);
        }
    }
}
