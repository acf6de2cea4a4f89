package org.amalgam.pareto;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The volume that a set of points dominates (Zitzler and Thiele, 1998): larger is better in every coordinate. */
public final class Hypervolume {

    private Hypervolume() {}

    /**
     * The volume of the union of the boxes from the origin to each point, by the volume that each adds to those behind it (While,
     * Bradstreet and Barone, A fast way of calculating exact hypervolumes, 2012).
     *
     * @param points of one length; coordinates below 0 count as 0
     */
    public static double of(List<List<Double>> points) {
        return points.isEmpty()
                ? 0
                : volume(undominated(boxes(points)), points.get(0).size());
    }

    /**
     * What the volume loses without a point, for each of them: 0 for those that others dominate or equal.
     *
     * @param points as above
     */
    public static double[] contributions(List<List<Double>> points) {
        List<double[]> boxes = boxes(points);
        return IntStream.range(0, boxes.size())
                .mapToDouble(i -> exclusive(
                        boxes.get(i),
                        IntStream.range(0, boxes.size())
                                .filter(j -> j != i)
                                .mapToObj(boxes::get)
                                .toList(),
                        boxes.get(i).length))
                .toArray();
    }

    /** Which points another one beats: as good everywhere and better somewhere. */
    public static boolean[] dominated(List<List<Double>> points) {
        boolean[] dominated = new boolean[points.size()];
        for (int i = 0; i < dominated.length; i++) {
            List<Double> point = points.get(i);
            dominated[i] = points.stream().anyMatch(other -> dominates(other, point));
        }
        return dominated;
    }

    /** Whether the first point is as good as the second everywhere and better somewhere. */
    public static boolean dominates(List<Double> a, List<Double> b) {
        boolean better = false;
        for (int k = 0; k < a.size(); k++) {
            if (a.get(k) < b.get(k)) {
                return false;
            }
            better |= a.get(k) > b.get(k);
        }
        return better;
    }

    private static List<double[]> boxes(List<List<Double>> points) {
        return points.stream()
                .map(point ->
                        point.stream().mapToDouble(side -> Math.max(0, side)).toArray())
                .toList();
    }

    /** The volume of boxes of which none is within another, in so many coordinates. */
    private static double volume(List<double[]> boxes, int coordinates) {
        int last = coordinates - 1;
        if (coordinates == 1) {
            return boxes.stream().mapToDouble(box -> box[0]).max().orElse(0);
        }
        // Lowest first: what a box shares with those behind it is as high as the box, so that its height is a factor.
        List<double[]> ordered = new ArrayList<>(boxes);
        ordered.sort(Comparator.comparingDouble(box -> box[last]));
        double volume = 0;
        for (int i = 0; i < ordered.size(); i++) {
            double[] box = ordered.get(i);
            volume += box[last] * exclusive(box, ordered.subList(i + 1, ordered.size()), last);
        }
        return volume;
    }

    /** What of a box lies in none of the others, in so many coordinates. */
    private static double exclusive(double[] box, List<double[]> others, int coordinates) {
        List<double[]> within = new ArrayList<>();
        for (double[] other : others) {
            double[] cut = new double[coordinates];
            for (int k = 0; k < coordinates; k++) {
                cut[k] = Math.min(box[k], other[k]);
            }
            within.add(cut);
        }
        double whole = 1;
        for (int k = 0; k < coordinates; k++) {
            whole *= box[k];
        }
        return whole - volume(undominated(within), coordinates);
    }

    private static List<double[]> undominated(List<double[]> boxes) {
        List<double[]> kept = new ArrayList<>();
        for (double[] box : boxes) {
            if (kept.stream().noneMatch(other -> atLeast(other, box))) {
                kept.removeIf(other -> atLeast(box, other));
                kept.add(box);
            }
        }
        return kept;
    }

    private static boolean atLeast(double[] a, double[] b) {
        for (int k = 0; k < b.length; k++) {
            if (a[k] < b[k]) {
                return false;
            }
        }
        return true;
    }
}
