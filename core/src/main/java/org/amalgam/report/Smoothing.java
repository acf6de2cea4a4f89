package org.amalgam.report;

import java.util.ArrayList;
import java.util.List;

/** Exponential moving average with the start's bias removed, as TensorBoard draws it. */
final class Smoothing {

    private Smoothing() {}

    /**
     * Smooths a series; a value that is not finite stays as it is and leaves the average alone.
     *
     * @param weight weight of the past, in [0, 1)
     */
    static List<Double> smooth(List<Double> values, double weight) {
        List<Double> smoothed = new ArrayList<>(values.size());
        double average = 0;
        double mass = 1;
        for (double value : values) {
            if (!Double.isFinite(value)) {
                smoothed.add(value);
                continue;
            }
            average = weight * average + (1 - weight) * value;
            mass *= weight;
            smoothed.add(average / (1 - mass));
        }
        return smoothed;
    }
}
