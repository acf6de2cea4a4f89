package org.amalgam.report;

import org.amalgam.figure.Axis;
import org.amalgam.figure.ColumnGroup;
import org.amalgam.figure.Figure;
import org.amalgam.pool.Interval;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The figures that several methods share, with their words. */
public final class Figures {

    /** How much of the past a loss curve keeps: about the last twenty steps. */
    private static final double LOSS_SMOOTHING = 0.95;

    private Figures() {}

    /**
     * Evolution of merging coefficients (Yang et al., ICLR 2024, figure 3): one curve a task.
     *
     * @param tasks one name a row of {@code values}
     * @param steps [S] the steps that were recorded, ascending
     * @param values [K, S] the task's coefficient at the step; for layer-wise coefficients their mean
     */
    public static Figure coefficients(List<String> tasks, double[] steps, double[][] values) {
        return new Figure.Lines(
                "Merging coefficients over steps",
                "Each line is the merging coefficient of one task vector, averaged over the tensors where each has its own: "
                        + "tasks that need more of their expert rise above the others.",
                Axis.of("step"),
                Axis.of("coefficient λ"),
                series(tasks, steps, values),
                0);
    }

    /**
     * The adaptation's objective for each task, raw and smoothed.
     *
     * @param loss what is measured: {@code entropy} in {@code nat}
     * @param values [K, S]
     */
    public static Figure losses(List<String> tasks, double[] steps, double[][] values, Axis loss) {
        return new Figure.Lines(
                "Loss per task over steps",
                "Faint: the " + loss.name()
                        + " of each step's batch; strong: its moving average. Falling lines are tasks on "
                        + "which the merged model grows more certain.",
                Axis.of("step"),
                loss,
                series(tasks, steps, values),
                LOSS_SMOOTHING);
    }

    /**
     * What the merged model of the moment reaches while it is adapted (Tang et al., ICML 2024, figure 6): one curve a task, and
     * their mean.
     *
     * @param steps [M] steps made by then, ascending
     * @param values [K, M] accuracies in [0, 1]
     */
    public static Figure accuracies(List<String> tasks, double[] steps, double[][] values) {
        double[][] percent = new double[tasks.size()][steps.length];
        double[] mean = new double[steps.length];
        for (int k = 0; k < percent.length; k++) {
            for (int m = 0; m < mean.length; m++) {
                percent[k][m] = 100 * values[k][m];
                mean[m] += percent[k][m] / percent.length;
            }
        }
        List<Figure.Series> curves = new ArrayList<>(series(tasks, steps, percent));
        Figure.Series average = Figure.Series.of("average", steps, mean);
        curves.add(new Figure.Series(average.name(), average.x(), average.y(), Figure.Series.NOBODYS));
        return new Figure.Lines(
                "Accuracy over steps",
                "What the merged model of the moment reaches on each task after so many steps, and on average: where the lines"
                        + " level off, more steps gain nothing.",
                Axis.of("step"),
                new Axis("accuracy", "%"),
                curves,
                0);
    }

    /**
     * Layer-wise coefficients (Yang et al., ICLR 2024, figure 4): tasks by tensors, the tensors grouped by block.
     *
     * @param tasks names of the rows
     * @param tensors names of the columns in the model's order
     * @param values [K, tensors]
     */
    public static Figure layerCoefficients(List<String> tasks, List<String> tensors, double[][] values) {
        return new Figure.HeatMap(
                "Layer-wise merging coefficients",
                "Each cell is the coefficient with which one tensor (column) of one task vector (row) enters the merged model.",
                Axis.of("tensor, by block"),
                Axis.of("task"),
                tasks,
                tensors,
                ColumnGroup.byBlock(tensors),
                Figure.HeatMap.values(values),
                Axis.of("coefficient λ"),
                Figure.Scale.SEQUENTIAL);
    }

    /**
     * Which expert each data set uses where (Tang et al., ICML 2024): data sets by experts, the experts grouped by layer.
     *
     * @param datasets names of the rows
     * @param layers names of the routed layers in the model's order
     * @param experts names of the experts
     * @param values [data sets, layers x experts], mean routing weights
     */
    public static Figure routing(List<String> datasets, List<String> layers, List<String> experts, double[][] values) {
        List<String> columns = new ArrayList<>();
        List<ColumnGroup> groups = new ArrayList<>();
        for (String layer : layers) {
            groups.add(new ColumnGroup(
                    ColumnGroup.byBlock(List.of(layer)).get(0).name(),
                    columns.size(),
                    columns.size() + experts.size() - 1));
            experts.forEach(expert -> columns.add(layer + ", expert " + expert));
        }
        return new Figure.HeatMap(
                "Routing weights per data set and layer",
                "Each cell is the weight that the router gave one expert (column, experts in the order of the rows) in one layer,"
                        + " averaged over a data set's samples (row): where a data set uses its own expert, the cell is strong.",
                Axis.of("expert, by layer"),
                Axis.of("data set"),
                datasets,
                columns,
                groups,
                Figure.HeatMap.values(values),
                Axis.of("routing weight"),
                Figure.Scale.SEQUENTIAL);
    }

    /** Accuracy of every task from zero-shot over merged to expert; nothing where nothing was merged. */
    static Optional<Figure> accuracyByTask(AccuracyTable table) {
        return table.headline().map(best -> {
            List<Figure.Mark> marks = new ArrayList<>();
            boolean several = table.rows(AccuracyTable.Kind.MERGED).size() > 1;
            table.rows(AccuracyTable.Kind.MERGED).stream()
                    .filter(row -> !row.equals(best))
                    .forEach(row -> marks.add(mark(table, row, Figure.Shape.FAINT)));
            table.rows(AccuracyTable.Kind.ZERO_SHOT).forEach(row -> marks.add(mark(table, row, Figure.Shape.HOLLOW)));
            table.rows(AccuracyTable.Kind.EXPERT).forEach(row -> marks.add(mark(table, row, Figure.Shape.DIAMOND)));
            marks.add(mark(table, best, Figure.Shape.FILLED));
            return new Figure.Dots(
                    "Accuracy per task",
                    "From the zero-shot ancestor (hollow) to the task's own expert (diamond); filled: " + best.label()
                            + " with its 95 % interval"
                            + (several ? "; small grey dots: the other merged models." : "."),
                    new Axis("accuracy", "%"),
                    table.tasks(),
                    marks,
                    List.of());
        });
    }

    /** Average accuracy of every merged model between zero-shot and experts; only where there are several to compare. */
    static Optional<Figure> averageByMethod(AccuracyTable table) {
        List<AccuracyTable.Row> rows = table.rows(AccuracyTable.Kind.MERGED).stream()
                .filter(row -> table.average(row).isPresent())
                .toList();
        if (rows.size() < 2) {
            return Optional.empty();
        }
        List<Figure.Reference> references = new ArrayList<>();
        table.averageOf(AccuracyTable.Kind.ZERO_SHOT)
                .ifPresent(average -> references.add(new Figure.Reference("zero-shot", 100 * average)));
        table.averageOf(AccuracyTable.Kind.EXPERT)
                .ifPresent(average -> references.add(new Figure.Reference("experts", 100 * average)));
        List<Double> values =
                rows.stream().map(row -> 100 * table.average(row).getAsDouble()).toList();
        List<Interval> intervals = rows.stream()
                .map(row -> inPercent(table.averageInterval(row).orElseThrow()))
                .toList();
        return Optional.of(new Figure.Dots(
                "Average accuracy per method",
                "Mean over " + table.tasks().size() + " tasks with its 95 % interval, between the ancestor without "
                        + "fine-tuning and the experts, each on its own task.",
                new Axis("accuracy", "%"),
                rows.stream().map(AccuracyTable.Row::label).toList(),
                List.of(new Figure.Mark("average", Figure.Shape.FILLED, values, intervals)),
                references));
    }

    private static Figure.Mark mark(AccuracyTable table, AccuracyTable.Row row, Figure.Shape shape) {
        List<Double> values = table.tasks().stream()
                .map(task ->
                        row.score(task).map(score -> 100 * score.accuracy()).orElse(Double.NaN))
                .toList();
        boolean complete = row.scores().keySet().containsAll(table.tasks());
        List<Interval> intervals = shape != Figure.Shape.FILLED || !complete
                ? List.of()
                : table.tasks().stream()
                        .map(task -> inPercent(row.scores().get(task).accuracyInterval()))
                        .toList();
        return new Figure.Mark(row.label(), shape, values, intervals);
    }

    private static Interval inPercent(Interval share) {
        return new Interval(100 * share.low(), 100 * share.high());
    }

    private static List<Figure.Series> series(List<String> tasks, double[] steps, double[][] values) {
        if (values.length != tasks.size()) {
            throw new IllegalArgumentException(tasks.size() + " tasks have " + values.length + " curves");
        }
        List<Figure.Series> series = new ArrayList<>();
        for (int k = 0; k < values.length; k++) {
            series.add(Figure.Series.of(tasks.get(k), steps, values[k]));
        }
        return series;
    }
}
