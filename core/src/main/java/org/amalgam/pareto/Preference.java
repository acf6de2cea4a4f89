package org.amalgam.pareto;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.Tensor;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What each task is worth to a user: a point of the simplex, from which a ray goes through the space of losses.
 *
 * @param weights none negative, of sum 1
 */
public record Preference(List<Double> weights) {

    /**
     * Scales the weights to the sum 1.
     *
     * @throws IllegalArgumentException if a weight is negative, or no number, or if all are 0
     */
    public Preference {
        double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
        if (!(sum > 0 && Double.isFinite(sum)) || weights.stream().anyMatch(weight -> weight < 0)) {
            throw new IllegalArgumentException("no ray goes through " + weights);
        }
        weights = weights.stream().map(weight -> weight / sum).toList();
    }

    /**
     * The preference that a setting gives, in any scale.
     *
     * @param key what errors name
     * @param tasks of the pool, in its order
     * @throws AmalgamException if there is not one weight a task, one is negative or all are 0
     */
    public static Preference given(List<Double> weights, String key, List<String> tasks) {
        if (weights.size() != tasks.size()) {
            throw new AmalgamException("%s: expected a weight for each of the %d tasks %s, found the %d numbers %s"
                    .formatted(key, tasks.size(), String.join(", ", tasks), weights.size(), weights));
        }
        try {
            return new Preference(weights);
        } catch (IllegalArgumentException e) {
            throw new AmalgamException(
                    "%s: expected weights of at least 0 with a sum above 0, found %s; a task without weight gets 0"
                            .formatted(key, weights),
                    e);
        }
    }

    /** Every task alike. */
    public static Preference equal(int tasks) {
        return new Preference(IntStream.range(0, tasks).mapToObj(k -> 1.0).toList());
    }

    public double[] toArray() {
        return weights.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** [K], float32. */
    public Tensor tensor() {
        float[] values = new float[weights.size()];
        for (int k = 0; k < values.length; k++) {
            values[k] = weights.get(k).floatValue();
        }
        return Tensor.of(values, values.length);
    }
}
