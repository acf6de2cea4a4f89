package org.amalgam.analysis;

import org.amalgam.AmalgamException;
import org.amalgam.figure.Figure.Role;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where a pair's losses are measured: a square grid of coefficients and the models that lie in it.
 *
 * @param ticks coefficients of the grid on either axis, ascending
 * @param models the marked models within the square
 */
record Plane(List<Double> ticks, List<Place> models) {

    /** Coefficients are rounded to this: -1 + 2 * 13 / 20 is 0.3 then, and a mark there lies on the grid; -0 becomes 0. */
    private static final double ROUNDING = 1e9;

    /** A point (λ1, λ2). */
    record Point(double first, double second) {}

    /** A model that is marked. */
    record Place(String name, Role role, Point point) {}

    /**
     * The grid between two coefficients.
     *
     * @param points on either axis, at least 2
     * @param scale λ1 and λ2 of task arithmetic
     */
    static Plane of(List<Double> range, int points, double scale) {
        if (range.size() != 2 || !(range.get(0) < range.get(1)) || !Double.isFinite(range.get(1) - range.get(0))) {
            throw new AmalgamException(
                    "analysis.range: expected [low, high], finite numbers, low below high, found " + range);
        }
        double low = range.get(0);
        double high = range.get(1);
        List<Double> ticks = IntStream.range(0, points)
                .mapToObj(i -> Math.rint((low + (high - low) * i / (points - 1)) * ROUNDING) / ROUNDING + 0.0)
                .toList();
        List<Place> models = List.of(
                new Place("θ0", Role.ANCESTOR, new Point(0, 0)),
                new Place("θ1", Role.EXPERT, new Point(1, 0)),
                new Place("θ2", Role.EXPERT, new Point(0, 1)),
                new Place("s", Role.MERGED, new Point(scale, scale)));
        return new Plane(
                ticks,
                models.stream()
                        .filter(place -> within(place.point(), low, high))
                        .toList());
    }

    private static boolean within(Point point, double low, double high) {
        return point.first() >= low && point.first() <= high && point.second() >= low && point.second() <= high;
    }

    /** The grid, λ1 running fastest, and after it the models that are not on it. */
    List<Point> points() {
        List<Point> points = new ArrayList<>();
        ticks.forEach(second -> ticks.forEach(first -> points.add(new Point(first, second))));
        models.stream()
                .map(Place::point)
                .filter(point -> !points.contains(point))
                .forEach(points::add);
        return points;
    }
}
