package org.amalgam.figure;

import org.amalgam.pool.Interval;

import java.util.Arrays;
import java.util.List;

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

    private static List<Double> boxed(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}
