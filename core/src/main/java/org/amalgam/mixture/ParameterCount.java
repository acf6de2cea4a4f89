package org.amalgam.mixture;

/**
 * How large a model is.
 *
 * @param trainable scalars that were learned
 * @param total scalars that it is made of, the learned ones among them
 */
public record ParameterCount(long trainable, long total) {

    /** Trainable over all: a share in [0, 1]. */
    public double trainableShare() {
        return total == 0 ? 0 : (double) trainable / total;
    }

    /** Scalars that {@code models} separate models of {@code single} scalars have more than this one; may be negative. */
    public long saved(long models, long single) {
        return models * single - total;
    }
}
