package org.amalgam.report;

/**
 * Sizes of a model.
 *
 * @param trainableParams parameters with a gradient
 * @param allParams all parameters
 */
public record ModelInfo(long trainableParams, long allParams) {

    /** Trainable over all parameters: a share in [0, 1], as the reference's report writes it in spite of the name. */
    public double trainablePercentage() {
        return allParams == 0 ? 0 : (double) trainableParams / allParams;
    }
}
