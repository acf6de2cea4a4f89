package org.amalgam.figure;

import org.amalgam.pool.Interval;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A figure as data: what it shows, not how it is drawn. NaN stands for "no value" and is left blank.
 *
 * <p>Every figure has a title and a caption, one sentence that says what to see in it; the caption is also what a screen
 * reader speaks.
 */
public sealed interface Figure {

    String title();

    String caption();

    /**
     * Curves over a common quantity.
     *
     * @param smoothing weight of the past in {@link Smoothing}, in [0, 1): above 0 the raw curves are drawn faint beneath
     *     the smoothed ones
     */
    record Lines(String title, String caption, Axis x, Axis y, List<Series> series, double smoothing)
            implements Figure {

        public Lines {
            series = List.copyOf(series);
            if (!(smoothing >= 0 && smoothing < 1)) {
                throw new IllegalArgumentException("smoothing " + smoothing + " is outside [0, 1)");
            }
        }
    }

    /**
     * One curve.
     *
     * @param name written at its end
     * @param x ascending
     * @param y as many as {@code x}
     * @param colourKey curves of one key have one colour on the whole page: the task's name, where the curve is a task's
     */
    record Series(String name, List<Double> x, List<Double> y, String colourKey) {

        /** The key of a curve that is nobody's: in the colour of the text. */
        public static final String NOBODYS = "";

        public Series {
            x = List.copyOf(x);
            y = List.copyOf(y);
            if (x.size() != y.size()) {
                throw new IllegalArgumentException(
                        "series " + name + " has " + x.size() + " x values and " + y.size() + " y values");
            }
        }

        /** A curve that belongs to the task of its name. */
        public static Series of(String name, double[] x, double[] y) {
            return new Series(name, boxed(x), boxed(y), name);
        }
    }

    /** How a heat map's values become colours. */
    enum Scale {
        /** From the smallest value to the largest. */
        SEQUENTIAL,
        /** Symmetric about zero: two hues that meet in the neutral colour at 0. */
        DIVERGING
    }

    /**
     * A matrix of values.
     *
     * @param rows labels of the rows, from top to bottom
     * @param columns full names of the columns
     * @param groups neighbouring columns under one name, in order; without them the columns' own names are written
     * @param values one list a row, each as long as {@code columns}
     * @param value what a cell holds
     */
    record HeatMap(
            String title,
            String caption,
            Axis x,
            Axis y,
            List<String> rows,
            List<String> columns,
            List<ColumnGroup> groups,
            List<List<Double>> values,
            Axis value,
            Scale scale)
            implements Figure {

        public HeatMap {
            rows = List.copyOf(rows);
            columns = List.copyOf(columns);
            groups = List.copyOf(groups);
            values = values.stream().map(List::copyOf).toList();
            int width = columns.size();
            if (values.size() != rows.size() || values.stream().anyMatch(row -> row.size() != width)) {
                throw new IllegalArgumentException(
                        "heat map \"" + title + "\" needs " + rows.size() + " rows of " + width + " values");
            }
            if (groups.stream().anyMatch(group -> group.last() >= width)) {
                throw new IllegalArgumentException("heat map \"" + title + "\" groups columns that it does not have");
            }
        }

        /** Rows of plain numbers as the lists that the record holds. */
        public static List<List<Double>> values(double[][] matrix) {
            return Arrays.stream(matrix).map(Figure::boxed).toList();
        }
    }

    /**
     * One dot a row and mark on a common axis (Cleveland's dot plot): comparisons that need neither bars nor zero.
     *
     * @param rows labels, from top to bottom; a row that is a task's name takes the task's colour
     * @param references vertical lines that every row is compared with
     */
    record Dots(String title, String caption, Axis x, List<String> rows, List<Mark> marks, List<Reference> references)
            implements Figure {

        public Dots {
            rows = List.copyOf(rows);
            marks = List.copyOf(marks);
            references = List.copyOf(references);
            int height = rows.size();
            if (marks.stream().anyMatch(mark -> mark.values().size() != height)) {
                throw new IllegalArgumentException(
                        "dot plot \"" + title + "\" needs " + height + " values in each mark");
            }
        }
    }

    /** How a mark looks. */
    enum Shape {
        /** What the figure is about: a filled dot, with its interval. */
        FILLED,
        /** Where it comes from: a hollow dot. */
        HOLLOW,
        /** What it is measured against: a hollow diamond. */
        DIAMOND,
        /** The others: a small grey dot. */
        FAINT
    }

    /**
     * The same thing measured in every row.
     *
     * @param values one a row
     * @param intervals one a row, or none at all
     */
    record Mark(String name, Shape shape, List<Double> values, List<Interval> intervals) {

        public Mark {
            values = List.copyOf(values);
            intervals = List.copyOf(intervals);
            if (!intervals.isEmpty() && intervals.size() != values.size()) {
                throw new IllegalArgumentException(
                        "mark " + name + " has " + values.size() + " values and " + intervals.size() + " intervals");
            }
        }
    }

    /** A line across all rows of a dot plot. */
    record Reference(String name, double value) {}

    /**
     * Surfaces over one square, side by side: what several quantities are at each of its points.
     *
     * @param value what the surfaces hold, above 0: colours follow its logarithm
     * @param ticks coordinates of the points on either axis, ascending, at least 2
     * @param spots points that are marked on every surface; so is each surface's lowest point
     */
    record Landscape(
            String title,
            String caption,
            Axis x,
            Axis y,
            Axis value,
            List<Double> ticks,
            List<Surface> surfaces,
            List<Spot> spots)
            implements Figure {

        public Landscape {
            ticks = List.copyOf(ticks);
            surfaces = List.copyOf(surfaces);
            spots = List.copyOf(spots);
            int side = ticks.size();
            int count = surfaces.size();
            if (side < 2
                    || surfaces.stream()
                            .anyMatch(surface -> surface.values().size() != side
                                    || surface.values().stream().anyMatch(row -> row.size() != side))) {
                throw new IllegalArgumentException(
                        "landscape \"" + title + "\" needs " + side + " rows of " + side + " values");
            }
            if (spots.stream().anyMatch(spot -> spot.values().size() != count)) {
                throw new IllegalArgumentException("landscape \"" + title + "\" needs " + count + " values a spot");
            }
        }

        /** The point of the grid where a surface is lowest, with the values of all surfaces there. */
        public Spot lowest(int surface) {
            int row = 0;
            int column = 0;
            for (int r = 0; r < ticks.size(); r++) {
                for (int c = 0; c < ticks.size(); c++) {
                    // NaN is below nothing, so a point without a value is left as soon as one has any.
                    if (at(surface, r, c) < at(surface, row, column) || !Double.isFinite(at(surface, row, column))) {
                        row = r;
                        column = c;
                    }
                }
            }
            int lowestRow = row;
            int lowestColumn = column;
            return new Spot(
                    "lowest",
                    Role.LOWEST,
                    ticks.get(column),
                    ticks.get(row),
                    IntStream.range(0, surfaces.size())
                            .mapToObj(s -> at(s, lowestRow, lowestColumn))
                            .toList());
        }

        private double at(int surface, int row, int column) {
            return surfaces.get(surface).values().get(row).get(column);
        }
    }

    /**
     * One quantity over the square.
     *
     * @param values one list for each y, ascending, with one value for each x
     */
    record Surface(String name, List<List<Double>> values) {

        public Surface {
            values = values.stream().map(List::copyOf).toList();
        }
    }

    /** What a spot is, and with it its shape. */
    enum Role {
        ANCESTOR,
        EXPERT,
        MERGED,
        LOWEST
    }

    /**
     * A marked point of a landscape.
     *
     * @param name written beside it: a letter or two
     * @param values one a surface
     */
    record Spot(String name, Role role, double x, double y, List<Double> values) {

        public Spot {
            values = List.copyOf(values);
        }
    }

    /**
     * What the models of many preferences reach, beside other models: with two tasks a curve, with three a triangle a task, with
     * more parallel coordinates.
     *
     * @param tasks whose accuracies are shown
     * @param experts what preferences weigh
     * @param value what accuracies are measured in
     */
    record Front(
            String title,
            String caption,
            List<String> tasks,
            List<String> experts,
            Axis value,
            List<Point> points,
            List<Beside> others)
            implements Figure {

        public Front {
            tasks = List.copyOf(tasks);
            experts = List.copyOf(experts);
            points = List.copyOf(points);
            others = List.copyOf(others);
            int width = tasks.size();
            int weights = experts.size();
            if (points.stream()
                            .anyMatch(point -> point.accuracies().size() != width
                                    || point.preference().size() != weights)
                    || others.stream().anyMatch(other -> other.accuracies().size() != width)) {
                throw new IllegalArgumentException("front \"" + title + "\" needs " + width + " accuracies a model and "
                        + weights + " weights a preference");
            }
        }
    }

    /**
     * The model of one preference.
     *
     * @param preference of sum 1
     * @param dominated whether another preference's model is nowhere worse and somewhere better
     */
    record Point(List<Double> preference, List<Double> accuracies, boolean dominated) {

        public Point {
            preference = List.copyOf(preference);
            accuracies = List.copyOf(accuracies);
        }
    }

    /**
     * A model that no preference made.
     *
     * @param expertOf the task whose fine-tuned model it is; empty for a merged one
     */
    record Beside(String name, Optional<String> expertOf, List<Double> accuracies) {

        public Beside {
            accuracies = List.copyOf(accuracies);
        }
    }

    private static List<Double> boxed(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}
