package org.amalgam.adapt;

import org.amalgam.model.Encoder;
import org.amalgam.tensor.Weights;

import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What is being learned and how it becomes a network.
 *
 * @param start the parameters before the first step, float32: merging coefficients, routers
 * @param merge makes weights from parameters, once a step and differentiably. The gradient of the weights is gathered over all
 *     micro-batches first and passes through the merge once.
 * @param network views the weights as a network
 * @param probe numbers that describe the parameters, by name, for figures and event files
 */
public record Learner(
        Weights start,
        UnaryOperator<Weights> merge,
        Function<Weights, Encoder> network,
        Function<Weights, Map<String, Double>> probe) {}
