package org.amalgam.merge;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.Tensor;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Merging coefficients: how much of each task vector goes into the merge.
 *
 * @param lambda float32, [K] (one a task) or [K, L] (one a task and parameter tensor, columns in the network's order)
 */
public record Coefficients(Tensor lambda) {

    /** How finely coefficients differ. */
    public enum Granularity {
        /** One coefficient a task: task-wise. */
        TASK,
        /** One a task and parameter tensor (not a transformer layer: a weight and its bias have one each): layer-wise. */
        LAYER
    }

    /** The same coefficient everywhere. */
    public static Coefficients filled(Granularity granularity, LinearMerge vectors, double value) {
        return new Coefficients(
                granularity == Granularity.TASK
                        ? Tensor.full(value, vectors.tasks())
                        : Tensor.full(value, vectors.tasks(), vectors.layers()));
    }

    /**
     * Checks that coefficients from elsewhere fit the models.
     *
     * @param tasks K
     * @param layers L, the number of parameter tensors
     * @param where what the error names: the file or the key
     */
    public static Coefficients checked(Tensor lambda, Granularity granularity, int tasks, int layers, String where) {
        long[] shape = lambda.shape();
        long[] expected = granularity == Granularity.TASK ? new long[] {tasks} : new long[] {tasks, layers};
        if (!Arrays.equals(shape, expected)) {
            throw new AmalgamException(where + ": merging weights of shape " + Arrays.toString(shape) + ", expected "
                    + Arrays.toString(expected) + ": "
                    + (granularity == Granularity.TASK
                            ? "one a task"
                            : "one a task and parameter tensor, in the network's order"));
        }
        if (!lambda.isFinite()) {
            throw new AmalgamException(where + ": merging weights hold NaN or infinity");
        }
        return new Coefficients(lambda);
    }

    public Granularity granularity() {
        return lambda.shape().length == 1 ? Granularity.TASK : Granularity.LAYER;
    }

    /** The coefficients [K] of one parameter tensor. */
    public Tensor column(int layer) {
        return granularity() == Granularity.TASK ? lambda : lambda.select(1, layer);
    }

    /** The same coefficients, cut to [low, high]; where they are cut no gradient passes. */
    public Coefficients clamped(double low, double high) {
        return new Coefficients(lambda.clamp(low, high));
    }

    /** Smallest, largest and mean coefficient, by the reference's names. */
    public Map<String, Double> range() {
        float[] values = lambda.toFloats();
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        double sum = 0;
        for (float value : values) {
            low = Math.min(low, value);
            high = Math.max(high, value);
            sum += value;
        }
        Map<String, Double> range = new LinkedHashMap<>();
        range.put("weight_max", high);
        range.put("weight_min", low);
        range.put("weight_mean", sum / values.length);
        return range;
    }

    /** Mean of each task's coefficients. */
    public List<Double> taskMeans() {
        Tensor means = granularity() == Granularity.TASK ? lambda : lambda.mean(1);
        float[] values = means.toFloats();
        return IntStream.range(0, values.length)
                .mapToObj(k -> (double) values[k])
                .toList();
    }
}
