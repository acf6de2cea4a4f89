package org.amalgam.report;

import java.util.ArrayList;
import java.util.List;

/** Fewer points that look the same: a page need not carry a hundred thousand steps. */
final class Thinning {

    private Thinning() {}

    /**
     * Indices of at most {@code limit} points: the first, the last, and of each stretch between them the one with the
     * smallest and the one with the largest value, so that no spike is lost.
     *
     * @param limit at least 4
     */
    static List<Integer> indices(List<Double> values, int limit) {
        int size = values.size();
        List<Integer> kept = new ArrayList<>();
        if (size <= limit) {
            for (int i = 0; i < size; i++) {
                kept.add(i);
            }
            return kept;
        }
        int stretches = (limit - 2) / 2;
        kept.add(0);
        for (int s = 0; s < stretches; s++) {
            int from = 1 + (int) ((long) s * (size - 2) / stretches);
            int to = 1 + (int) ((long) (s + 1) * (size - 2) / stretches);
            int low = from;
            int high = from;
            for (int i = from; i < to; i++) {
                low = values.get(i) < values.get(low) || Double.isNaN(values.get(low)) ? i : low;
                high = values.get(i) > values.get(high) || Double.isNaN(values.get(high)) ? i : high;
            }
            kept.add(Math.min(low, high));
            if (low != high) {
                kept.add(Math.max(low, high));
            }
        }
        kept.add(size - 1);
        return kept;
    }
}
