package org.amalgam.report;

/**
 * Sizes of a model.
 *
 * @param trainableParams parameters with a gradient
 * @param allParams all parameters, learned coefficients that made a dense model among them
 * @param networkParams those of the network that is saved
 */
public record ModelInfo(long trainableParams, long allParams, long networkParams) {

    /** Trainable over all parameters: a share in [0, 1], as the reference's report writes it in spite of the name. */
    public double trainablePercentage() {
        return allParams == 0 ? 0 : (double) trainableParams / allParams;
    }
}
