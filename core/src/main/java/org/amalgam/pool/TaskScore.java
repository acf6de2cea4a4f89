package org.amalgam.pool;

/**
 * How a model does on one task.
 *
 * @param accuracy share of samples classified rightly, in [0, 1]
 * @param loss mean cross-entropy over the samples, in nats; NaN where it was not measured
 * @param samples number of samples, at least 1
 */
public record TaskScore(double accuracy, double loss, long samples) {

    /** @throws IllegalArgumentException if the accuracy is outside [0, 1] or there is no sample */
    public TaskScore {
        if (!(accuracy >= 0 && accuracy <= 1)) {
            throw new IllegalArgumentException("accuracy " + accuracy + " is outside [0, 1]");
        }
        if (samples < 1) {
            throw new IllegalArgumentException("a score needs at least one sample, found " + samples);
        }
    }

    /** The accuracy's 95 % interval (Wilson). */
    public Interval accuracyInterval() {
        return Interval.wilson(accuracy, samples);
    }
}
