package org.amalgam.pareto;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The volume that a set of points dominates (Zitzler and Thiele, 1998): larger is better in every coordinate. */
public final class Hypervolume {

    private Hypervolume() {}

    /**
     * The volume of the union of the boxes from the origin to each point, by slices along one coordinate after the other.
     *
     * @param points of one length; coordinates below 0 count as 0
     */
    public static double of(List<List<Double>> points) {
        return points.isEmpty() ? 0 : of(points, points.get(0).size());
    }

    private static double of(List<List<Double>> points, int coordinates) {
        int last = coordinates - 1;
        if (coordinates == 1) {
            return points.stream()
                    .mapToDouble(point -> Math.max(0, point.get(0)))
                    .max()
                    .orElse(0);
        }
        List<List<Double>> highest = new ArrayList<>(points);
        highest.sort(
                Comparator.comparing((List<Double> point) -> point.get(last)).reversed());
        double volume = 0;
        for (int i = 0; i < highest.size(); i++) {
            double top = Math.max(0, highest.get(i).get(last));
            double bottom =
                    i + 1 < highest.size() ? Math.max(0, highest.get(i + 1).get(last)) : 0;
            if (top > bottom) {
                volume += (top - bottom) * of(undominated(highest.subList(0, i + 1), last), last);
            }
        }
        return volume;
    }

    /** Without points that cannot change the volume in the first coordinates. */
    private static List<List<Double>> undominated(List<List<Double>> points, int coordinates) {
        List<List<Double>> kept = new ArrayList<>();
        for (List<Double> point : points) {
            List<Double> cut = point.subList(0, coordinates);
            if (kept.stream().noneMatch(other -> atLeast(other, cut))) {
                kept.removeIf(other -> atLeast(cut, other));
                kept.add(cut);
            }
        }
        return kept;
    }

    private static boolean atLeast(List<Double> a, List<Double> b) {
        for (int k = 0; k < b.size(); k++) {
            if (a.get(k) < b.get(k)) {
                return false;
            }
        }
        return true;
    }

    /** Which points another one beats: as good everywhere and better somewhere. */
    public static boolean[] dominated(List<List<Double>> points) {
        boolean[] dominated = new boolean[points.size()];
        for (int i = 0; i < dominated.length; i++) {
            List<Double> point = points.get(i);
            dominated[i] = points.stream().anyMatch(other -> atLeast(other, point) && !atLeast(point, other));
        }
        return dominated;
    }
}
