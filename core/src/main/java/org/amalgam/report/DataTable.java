package org.amalgam.report;

import org.amalgam.figure.Axis;
import org.amalgam.figure.Figure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A figure's numbers as a table, for those who read no pictures.
 *
 * @param header names of the columns; the first column holds the rows' names
 * @param rows cells as text
 * @param note what the table leaves out, empty if nothing
 */
public record DataTable(List<String> header, List<List<String>> rows, String note) {

    /** Curves are sampled: the whole series is in the JSON report. */
    private static final int MOST_STEPS = 21;

    static DataTable of(Figure figure) {
        if (figure instanceof Figure.Lines lines) {
            return of(lines);
        }
        if (figure instanceof Figure.HeatMap map) {
            return of(map);
        }
        if (figure instanceof Figure.Landscape landscape) {
            return of(landscape);
        }
        if (figure instanceof Figure.Front front) {
            return of(front);
        }
        return of((Figure.Dots) figure);
    }

    private static DataTable of(Figure.Lines lines) {
        TreeSet<Double> all = new TreeSet<>();
        lines.series().forEach(series -> all.addAll(series.x()));
        List<Map<Double, Double>> curves = lines.series().stream()
                .map(series -> {
                    Map<Double, Double> curve = new HashMap<>();
                    for (int i = 0; i < series.x().size(); i++) {
                        curve.put(series.x().get(i), series.y().get(i));
                    }
                    return curve;
                })
                .toList();
        List<List<String>> rows = new ArrayList<>();
        List<Double> steps = sampled(List.copyOf(all));
        for (Double x : steps) {
            rows.add(Stream.concat(
                            Stream.of(Numbers.brief(x)),
                            curves.stream().map(curve -> Numbers.brief(curve.getOrDefault(x, Double.NaN))))
                    .toList());
        }
        List<String> header = Stream.concat(
                        Stream.of(lines.x().label()), lines.series().stream().map(Figure.Series::name))
                .toList();
        String note = steps.size() < all.size()
                ? steps.size() + " of " + all.size() + " points; all of them are in the JSON report."
                : "";
        return new DataTable(header, rows, note);
    }

    private static List<Double> sampled(List<Double> values) {
        if (values.size() <= MOST_STEPS) {
            return values;
        }
        List<Double> sample = new ArrayList<>();
        for (int i = 0; i < MOST_STEPS; i++) {
            sample.add(values.get((int) Math.round((double) i * (values.size() - 1) / (MOST_STEPS - 1))));
        }
        return sample;
    }

    /** Turned on its side: a heat map has few rows and many columns, a page is the other way about. */
    private static DataTable of(Figure.HeatMap map) {
        List<List<String>> rows = new ArrayList<>();
        for (int c = 0; c < map.columns().size(); c++) {
            int column = c;
            rows.add(Stream.concat(
                            Stream.of(map.columns().get(c)),
                            map.values().stream().map(row -> Numbers.brief(row.get(column))))
                    .toList());
        }
        List<String> header =
                Stream.concat(Stream.of(map.x().label()), map.rows().stream()).toList();
        return new DataTable(header, rows, "");
    }

    /** The marked points first, then the grid. */
    private static DataTable of(Figure.Landscape landscape) {
        List<List<String>> rows = new ArrayList<>();
        landscape.spots().forEach(spot -> rows.add(row(spot.name(), spot.x(), spot.y(), spot.values())));
        for (int r = 0; r < landscape.ticks().size(); r++) {
            for (int c = 0; c < landscape.ticks().size(); c++) {
                int row = r;
                int column = c;
                rows.add(row(
                        "",
                        landscape.ticks().get(c),
                        landscape.ticks().get(r),
                        landscape.surfaces().stream()
                                .map(surface -> surface.values().get(row).get(column))
                                .toList()));
            }
        }
        List<String> header = Stream.concat(
                        Stream.of("", landscape.x().label(), landscape.y().label()),
                        landscape.surfaces().stream().map(Figure.Surface::name))
                .toList();
        return new DataTable(header, rows, "");
    }

    private static List<String> row(String name, double x, double y, List<Double> values) {
        return Stream.concat(
                        Stream.of(name),
                        Stream.concat(Stream.of(x, y), values.stream()).map(Numbers::brief))
                .toList();
    }

    /** The models of preferences, those that are dominated marked, then the others. */
    private static DataTable of(Figure.Front front) {
        List<List<String>> rows = new ArrayList<>();
        for (Figure.Point point : front.points()) {
            rows.add(Stream.concat(
                            Stream.of(point.dominated() ? "dominated" : "front"),
                            Stream.concat(point.preference().stream(), point.accuracies().stream())
                                    .map(Numbers::brief))
                    .toList());
        }
        for (Figure.Beside other : front.others()) {
            rows.add(Stream.concat(
                            Stream.concat(
                                    Stream.of(other.name()),
                                    front.experts().stream().map(expert -> "")),
                            other.accuracies().stream().map(Numbers::brief))
                    .toList());
        }
        List<String> header = Stream.concat(
                        Stream.of(""),
                        Stream.concat(
                                front.experts().stream().map(expert -> "weight of " + expert),
                                front.tasks().stream()
                                        .map(task ->
                                                new Axis(task, front.value().unit()).label())))
                .toList();
        return new DataTable(header, rows, "");
    }

    private static DataTable of(Figure.Dots dots) {
        List<List<String>> rows = new ArrayList<>();
        for (int r = 0; r < dots.rows().size(); r++) {
            int row = r;
            rows.add(Stream.concat(
                            Stream.of(dots.rows().get(r)),
                            dots.marks().stream()
                                    .map(mark -> Numbers.brief(mark.values().get(row))))
                    .toList());
        }
        List<String> header = Stream.concat(Stream.of(""), dots.marks().stream().map(Figure.Mark::name))
                .toList();
        return new DataTable(header, rows, "");
    }
}
