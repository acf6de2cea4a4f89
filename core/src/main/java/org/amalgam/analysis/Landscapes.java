package org.amalgam.analysis;

import org.amalgam.analysis.Plane.Point;
import org.amalgam.figure.Axis;
import org.amalgam.figure.Figure;
import org.amalgam.figure.Figure.Landscape;
import org.amalgam.figure.Figure.Spot;
import org.amalgam.figure.Figure.Surface;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What the losses of some pairs say, in figures and words. */
record Landscapes(List<Pair> pairs, Plane plane, LossTable losses, double scale) {

    /** The joint loss is the third surface. */
    private static final int JOINT = 2;

    /** @param left pairs that there are besides */
    Findings findings(int left) {
        List<Landscape> figures =
                IntStream.range(0, pairs.size()).mapToObj(this::figure).toList();
        List<String> details = IntStream.range(0, pairs.size())
                .mapToObj(p -> "%s: %s".formatted(pairs.get(p), joint(figures.get(p))))
                .toList();
        List<String> notes = left == 0
                ? List.of()
                : List.of("%d of %d pairs of tasks are shown; analysis.max_pairs=%d shows all."
                        .formatted(pairs.size(), pairs.size() + left, pairs.size() + left));
        return new Findings(sentence(figures), details, List.<Figure>copyOf(figures), notes);
    }

    private Landscape figure(int pair) {
        Pair names = pairs.get(pair);
        List<Surface> surfaces = List.of(
                new Surface("loss of " + names.first(), surface(pair, 0)),
                new Surface("loss of " + names.second(), surface(pair, 1)),
                new Surface("joint loss", surface(pair, JOINT)));
        List<Point> points = plane.points();
        List<Spot> spots = plane.models().stream()
                .map(place -> new Spot(
                        place.name(),
                        place.role(),
                        place.point().first(),
                        place.point().second(),
                        values(pair, points.indexOf(place.point()))))
                .toList();
        return new Landscape(
                "Loss landscape of " + names,
                ("Cross-entropy, in nats, of θ0 + λ1 τ1 + λ2 τ2 on each task's samples, and the sum of both; lines join points of one loss."
                                + " Circle: the ancestor θ0. Triangles: the experts of %s (θ1) and %s (θ2). Diamond: task"
                                + " arithmetic, λ1 = λ2 = %s. Star: the lowest point of the grid.")
                        .formatted(names.first(), names.second(), number(scale)),
                Axis.of("λ1, " + names.first()),
                Axis.of("λ2, " + names.second()),
                new Axis("cross-entropy", "nat"),
                plane.ticks(),
                surfaces,
                spots);
    }

    private List<List<Double>> surface(int pair, int surface) {
        int side = plane.ticks().size();
        return IntStream.range(0, side)
                .mapToObj(row -> IntStream.range(0, side)
                        .mapToObj(column -> values(pair, row * side + column).get(surface))
                        .toList())
                .toList();
    }

    /** Both losses at a point, and their sum. */
    private List<Double> values(int pair, int point) {
        double first = losses.loss(pair, point, 0);
        double second = losses.loss(pair, point, 1);
        return List.of(first, second, first + second);
    }

    /** One pair: where its joint loss is lowest, and what it is at the models. */
    private String joint(Landscape figure) {
        Spot lowest = figure.lowest(JOINT);
        List<String> parts = new ArrayList<>();
        figure.spots().forEach(spot -> parts.add(spot.name() + " " + loss(spot)));
        return "joint loss %s, lowest %s at (%s, %s)"
                .formatted(String.join(", ", parts), loss(lowest), number(lowest.x()), number(lowest.y()));
    }

    private String sentence(List<Landscape> figures) {
        double lowest = figures.stream()
                .mapToDouble(figure -> figure.lowest(JOINT).values().get(JOINT))
                .average()
                .orElse(Double.NaN);
        String whose = pairs.size() == 1
                ? "Of %s the joint loss".formatted(pairs.get(0))
                : "On average over %d pairs of tasks the joint loss".formatted(pairs.size());
        String models = String.join(
                "",
                plane.models().stream()
                        .filter(place -> place.role() != Figure.Role.EXPERT)
                        .map(place -> "%s at %s, "
                                .formatted(
                                        number(mean(figures, place.name())),
                                        place.role() == Figure.Role.ANCESTOR
                                                ? "the ancestor"
                                                : "λ1 = λ2 = " + number(scale)))
                        .toList());
        return "%s is %sand %s at the lowest point of the grid.".formatted(whose, models, number(lowest));
    }

    private static double mean(List<Landscape> figures, String spot) {
        return figures.stream()
                .flatMap(figure -> figure.spots().stream())
                .filter(one -> one.name().equals(spot))
                .mapToDouble(one -> one.values().get(JOINT))
                .average()
                .orElse(Double.NaN);
    }

    private static String loss(Spot spot) {
        return number(spot.values().get(JOINT));
    }

    /** Three digits after the point at most, none that says nothing. */
    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }
}
