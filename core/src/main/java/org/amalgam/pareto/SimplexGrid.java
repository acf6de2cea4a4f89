package org.amalgam.pareto;

import org.amalgam.AmalgamException;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * All points of the simplex whose coordinates are multiples of {@code 1 / (levels - 1)}: with K tasks there are {@code
 * binomial(K + levels - 2, K - 1)}.
 */
public record SimplexGrid(int tasks, int levels) {

    /** No more points than this are made: each is a merged model to be judged on every task. */
    public static final int MOST = 2_000;

    /**
     * Checks that there are not too many points.
     *
     * @throws AmalgamException if there are fewer than two levels, no task, or more than {@link #MOST} points
     */
    public SimplexGrid {
        if (tasks < 1 || levels < 2) {
            throw new AmalgamException("method.eval_grid_m: " + levels + " levels for " + tasks
                    + " tasks are no grid; expected at least 2 levels, 0 and 1");
        }
        BigInteger size = binomial((long) tasks + levels - 2, tasks - 1);
        if (size.compareTo(BigInteger.valueOf(MOST)) > 0) {
            throw new AmalgamException("method.eval_grid_m: a grid of " + levels + " levels for " + tasks
                    + " tasks has " + size + " points, at most " + MOST + " are judged; lower method.eval_grid_m");
        }
    }

    /** How many points there are. */
    public int size() {
        return binomial((long) tasks + levels - 2, tasks - 1).intValueExact();
    }

    /** The points, the first task's weight rising slowest. */
    public List<Preference> points() {
        List<Preference> points = new ArrayList<>();
        fill(new int[tasks], 0, levels - 1, points);
        return points;
    }

    private void fill(int[] parts, int task, int left, List<Preference> points) {
        if (task == tasks - 1) {
            parts[task] = left;
            List<Double> weights = new ArrayList<>();
            for (int part : parts) {
                weights.add((double) part / (levels - 1));
            }
            points.add(new Preference(weights));
            return;
        }
        for (int part = 0; part <= left; part++) {
            parts[task] = part;
            fill(parts, task + 1, left - part, points);
        }
    }

    private static BigInteger binomial(long n, int k) {
        BigInteger ways = BigInteger.ONE;
        for (int i = 1; i <= k; i++) {
            ways = ways.multiply(BigInteger.valueOf(n - k + i)).divide(BigInteger.valueOf(i));
        }
        return ways;
    }
}
