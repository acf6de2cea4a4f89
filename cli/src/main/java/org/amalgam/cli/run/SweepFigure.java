package org.amalgam.cli.run;

import org.amalgam.figure.Axis;
import org.amalgam.figure.Figure;
import org.amalgam.pool.Interval;
import org.amalgam.report.AccuracyTable;
import org.amalgam.report.AccuracyTable.Row;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Accuracy against what a multirun sweeps: curves where it is one number, dots otherwise. */
final class SweepFigure {

    private static final Axis ACCURACY = new Axis("accuracy", "%");

    /** From this ratio of the largest value to the smallest on, the axis is logarithmic. */
    private static final double DECADE = 10;

    private SweepFigure() {}

    /** A merged model and what its job has of the swept keys. */
    record Point(Map<String, String> values, Row row) {}

    /** The figure; nothing where fewer than two models were judged on all tasks */
    static Optional<Figure> of(List<String> keys, List<Point> points, AccuracyTable table) {
        List<Point> judged = points.stream()
                .filter(point -> table.average(point.row()).isPresent())
                .toList();
        List<String> numeric = keys.stream()
                .filter(key -> judged.stream()
                        .allMatch(point -> isNumber(point.values().get(key))))
                .toList();
        if (judged.size() < 2) {
            return Optional.empty();
        }
        return Optional.of(numeric.size() == 1 ? curves(numeric.get(0), judged, table) : dots(judged, table));
    }

    /** One curve for each task and for their average; where other keys are swept too, one for each of their combinations. */
    private static Figure curves(String key, List<Point> points, AccuracyTable table) {
        List<Point> ascending = points.stream()
                .sorted(Comparator.comparingDouble(point -> value(point, key)))
                .toList();
        Map<String, List<Point>> groups = ascending.stream()
                .collect(Collectors.groupingBy(point -> others(point, key), LinkedHashMap::new, Collectors.toList()));
        List<Figure.Series> series = new ArrayList<>();
        if (groups.size() == 1) {
            for (String task : table.tasks()) {
                series.add(series(
                        task,
                        key,
                        ascending,
                        point ->
                                OptionalDouble.of(point.row().scores().get(task).accuracy())));
            }
            series.add(series("average", key, ascending, point -> table.average(point.row())));
        } else {
            groups.forEach((name, group) -> series.add(series(name, key, group, point -> table.average(point.row()))));
        }
        double least = value(ascending.get(0), key);
        double most = value(ascending.get(ascending.size() - 1), key);
        Axis axis = Axis.of(key);
        return new Figure.Lines(
                "Accuracy against " + key,
                groups.size() == 1
                        ? "Each point is one run: the accuracy of each task, and their average, at that value of " + key
                                + "."
                        : "Each point is one run: the average accuracy at that value of " + key
                                + ", a line for each combination of the other settings.",
                least > 0 && most >= DECADE * least ? axis.inDecades() : axis,
                ACCURACY,
                series,
                0);
    }

    private static Figure.Series series(
            String name, String key, List<Point> points, java.util.function.Function<Point, OptionalDouble> accuracy) {
        double[] x = points.stream().mapToDouble(point -> value(point, key)).toArray();
        double[] y = points.stream()
                .mapToDouble(point -> 100 * accuracy.apply(point).orElse(Double.NaN))
                .toArray();
        return Figure.Series.of(name, x, y);
    }

    private static Figure dots(List<Point> points, AccuracyTable table) {
        List<Figure.Reference> references = new ArrayList<>();
        table.averageOf(AccuracyTable.Kind.ZERO_SHOT)
                .ifPresent(average -> references.add(new Figure.Reference("zero-shot", 100 * average)));
        table.averageOf(AccuracyTable.Kind.EXPERT)
                .ifPresent(average -> references.add(new Figure.Reference("experts", 100 * average)));
        return new Figure.Dots(
                "Average accuracy of each run",
                "Mean over the tasks with its 95 % interval; a row is one run of the sweep.",
                ACCURACY,
                points.stream().map(point -> point.row().label()).toList(),
                List.of(new Figure.Mark(
                        "average",
                        Figure.Shape.FILLED,
                        points.stream()
                                .map(point -> 100 * table.average(point.row()).getAsDouble())
                                .toList(),
                        points.stream()
                                .map(point -> inPercent(
                                        table.averageInterval(point.row()).orElseThrow()))
                                .toList())),
                references);
    }

    private static Interval inPercent(Interval share) {
        return new Interval(100 * share.low(), 100 * share.high());
    }

    private static String others(Point point, String key) {
        return point.values().entrySet().stream()
                .filter(value -> !value.getKey().equals(key))
                .map(value -> value.getKey() + "=" + value.getValue())
                .collect(Collectors.joining(" "));
    }

    private static double value(Point point, String key) {
        return Double.parseDouble(point.values().get(key));
    }

    /** A finite decimal number; {@code 1f} and {@code 0x1p3}, which Java would take too, are names. */
    private static boolean isNumber(String text) {
        return text != null
                && text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?")
                && Double.isFinite(Double.parseDouble(text));
    }
}
