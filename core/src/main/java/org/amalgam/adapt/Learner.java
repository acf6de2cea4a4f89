package org.amalgam.adapt;

import org.amalgam.model.Encoder;
import org.amalgam.tensor.Weights;

import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/**
 * What is being learned and how it becomes a network.
 *
 * @param start the parameters before the first step, float32: merging coefficients, routers
 * @param merge makes weights from parameters, once a step and differentiably. The gradient of the weights is gathered over all
 *     micro-batches first and passes through the merge once.
 * @param network views the weights as a network
 * @param probe numbers that describe the parameters, by name, for figures and event files
 * @param mergeAt the merge of a step, counted from 0, where steps differ in it; what is learned in the end is what {@code merge}
 *     makes
 * @param wholeBatches whether the network computes something over a batch, so that a task's batch is never cut nor mixed with
 *     another's
 */
public record Learner(
        Weights start,
        UnaryOperator<Weights> merge,
        Function<Weights, Encoder> network,
        Function<Weights, Map<String, Double>> probe,
        boolean wholeBatches,
        IntFunction<UnaryOperator<Weights>> mergeAt) {

    /** Every step merges alike. */
    public Learner(
            Weights start,
            UnaryOperator<Weights> merge,
            Function<Weights, Encoder> network,
            Function<Weights, Map<String, Double>> probe,
            boolean wholeBatches) {
        this(start, merge, network, probe, wholeBatches, step -> merge);
    }

    /** Samples do not depend on each other, so that batches may be cut. */
    public Learner(
            Weights start,
            UnaryOperator<Weights> merge,
            Function<Weights, Encoder> network,
            Function<Weights, Map<String, Double>> probe) {
        this(start, merge, network, probe, false);
    }
}
