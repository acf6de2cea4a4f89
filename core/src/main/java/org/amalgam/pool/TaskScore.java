package org.amalgam.pool;

/**
 * How a model did on a task.
 *
 * @param accuracy share of samples whose largest logit is the label's, in [0, 1]
 * @param loss mean cross-entropy
 * @param samples how many were judged
 */
public record TaskScore(double accuracy, double loss, int samples) {}
