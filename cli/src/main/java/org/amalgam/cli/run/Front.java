package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.data.dataset.ResultTable;
import org.amalgam.data.dataset.ResultTable.Column;
import org.amalgam.figure.Axis;
import org.amalgam.figure.Figure;
import org.amalgam.method.MergedModel;
import org.amalgam.method.MergedModel.Candidate;
import org.amalgam.pareto.Hypervolume;
import org.amalgam.pool.Task;
import org.amalgam.run.Progress;
import org.amalgam.run.Run;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Scope;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the models of a grid of preferences reach, and others beside them.
 *
 * @param experts names of the tasks that preferences weigh
 * @param tasks names of the tasks that were judged
 * @param preferences one list of weights a model
 * @param accuracies in [0, 1]: one list a model, with a value for each task judged
 * @param others models that no preference made, accuracies in [0, 1]
 */
record Front(
        List<String> experts,
        List<String> tasks,
        List<List<Double>> preferences,
        List<List<Double>> accuracies,
        List<Figure.Beside> others) {

    /** Its files in the run's folder. */
    static final String FILE = "front.json";

    private static final String PARQUET = "front.parquet";

    /** What the column {@code model} says of the models of preferences. */
    static final String OF_PREFERENCE = "preference";

    /** Judges all candidates, one merged model in memory at a time, and what is to stand beside them. */
    static Front of(List<Candidate> candidates, List<Neighbour> beside, Judge judge, Run run) {
        List<List<Double>> accuracies = new ArrayList<>();
        try (Progress progress = run.progress().progress("judging the front", candidates.size())) {
            for (Candidate candidate : candidates) {
                try (Scope scope = Scope.open();
                        Autograd.Off off = Autograd.off()) {
                    accuracies.add(List.copyOf(judge.accuracies(judge.pool()
                                    .architecture()
                                    .encoder(candidate.weights().get()))
                            .values()));
                }
                progress.step(accuracies.size(), "");
            }
        }
        return new Front(
                judge.pool().tasks(),
                judge.tasks().stream().map(Task::name).toList(),
                candidates.stream()
                        .map(candidate -> candidate.preference().weights())
                        .toList(),
                accuracies,
                beside.stream()
                        .flatMap(neighbour -> neighbour.judged(judge, run).stream())
                        .toList());
    }

    /** The same table twice, as JSON and as Parquet. */
    void write(Path folder) {
        ResultTable table = table();
        ObjectMapper json = new ObjectMapper();
        ArrayNode rows = json.createArrayNode();
        for (int i = 0; i < table.rows(); i++) {
            ObjectNode row = rows.addObject();
            for (Column column : table.columns()) {
                row.set(column.name(), json.valueToTree(column.value(i)));
            }
        }
        AtomicFile.write(folder.resolve(FILE), rows.toPrettyString() + "\n");
        table.writeParquet(folder.resolve(PARQUET));
    }

    /**
     * A row a model: what it is, weights of its preference, accuracies, whether a preference's model dominates it, and what the
     * front's hypervolume would lose without it. The last is missing for models beside the front, as are weights.
     */
    ResultTable table() {
        int models = preferences.size() + others.size();
        boolean[] dominated = Hypervolume.dominated(accuracies);
        double[] contributions = Hypervolume.contributions(accuracies);
        List<Column> columns = new ArrayList<>();
        columns.add(Column.texts(
                "model",
                Stream.concat(
                                Collections.nCopies(preferences.size(), OF_PREFERENCE).stream(),
                                others.stream().map(Figure.Beside::name))
                        .toList()));
        for (int k = 0; k < experts.size(); k++) {
            int expert = k;
            columns.add(numbers(
                    "preference_" + experts.get(k),
                    models,
                    i -> i < preferences.size() ? preferences.get(i).get(expert) : Double.NaN));
        }
        for (int k = 0; k < tasks.size(); k++) {
            int task = k;
            columns.add(
                    numbers("accuracy_" + tasks.get(k), models, i -> reached(i).get(task)));
        }
        columns.add(Column.truths(
                "dominated",
                IntStream.range(0, models)
                        .mapToObj(i -> i < dominated.length ? dominated[i] : beaten(reached(i)))
                        .toList()));
        columns.add(numbers(
                "hypervolume_contribution", models, i -> i < contributions.length ? contributions[i] : Double.NaN));
        return new ResultTable(columns);
    }

    private static Column numbers(String name, int rows, IntToDoubleFunction value) {
        return Column.numbers(
                name, IntStream.range(0, rows).mapToDouble(value).boxed().toList());
    }

    private List<Double> reached(int model) {
        return model < accuracies.size()
                ? accuracies.get(model)
                : others.get(model - accuracies.size()).accuracies();
    }

    private boolean beaten(List<Double> other) {
        return accuracies.stream().anyMatch(point -> Hypervolume.dominates(point, other));
    }

    /** What a reader should know of it. */
    private String note() {
        boolean[] dominated = Hypervolume.dominated(accuracies);
        long beaten =
                IntStream.range(0, dominated.length).filter(i -> dominated[i]).count();
        return String.format(
                Locale.ROOT,
                "The front: %d preferences were judged, %d of their models are dominated (another is nowhere worse and"
                        + " somewhere better); the hypervolume of"
                        + " the accuracies above 0 is %.4f. All are in %s and %s.",
                preferences.size(),
                beaten,
                Hypervolume.of(accuracies),
                FILE,
                PARQUET);
    }

    /** The model whose front it is, with what was found. */
    MergedModel in(MergedModel merged) {
        return merged.withFigures(Stream.concat(merged.figures().stream(), Stream.of(figure()))
                        .toList())
                .withNotes(Stream.concat(merged.notes().stream(), Stream.of(note()))
                        .toList());
    }

    private Figure figure() {
        boolean[] dominated = Hypervolume.dominated(accuracies);
        return new Figure.Front(
                "Pareto front",
                caption(),
                tasks,
                experts,
                new Axis("accuracy", "%"),
                IntStream.range(0, preferences.size())
                        .mapToObj(i -> new Figure.Point(preferences.get(i), percent(accuracies.get(i)), dominated[i]))
                        .toList(),
                others.stream()
                        .map(other -> new Figure.Beside(other.name(), other.expertOf(), percent(other.accuracies())))
                        .toList());
    }

    private String caption() {
        String beside =
                others.isEmpty() ? "" : " Beside them: the experts (diamonds) and other merged models (other shapes).";
        if (tasks.size() == 2) {
            return "Each dot is the dense model of one preference: what it reaches on one task and on the other. Hollow dots are"
                    + " dominated, another one is nowhere worse and somewhere better, and are not on the front's line."
                    + beside;
        }
        if (tasks.size() == 3 && experts.size() == 3) {
            return "Each dot is the dense model of one preference, placed by its weights, a corner for each task alone; its colour"
                    + " is what it reaches on the task above the triangle. Crossed dots are dominated: another one is nowhere worse"
                    + " and somewhere better."
                    + (others.isEmpty()
                            ? ""
                            : " Below, on the colours' scale: the experts (diamonds)"
                                    + " and other merged models (squares).");
        }
        return "Each line is the dense model of one preference, in the colour of the task that weighs most. Dashed grey lines are"
                + " dominated: another one is nowhere worse and somewhere better."
                + (others.isEmpty()
                        ? ""
                        : " Dotted: the experts, a diamond on their own task, and other merged models, named at"
                                + " their ends.");
    }

    private static List<Double> percent(List<Double> shares) {
        return shares.stream().map(share -> 100 * share).toList();
    }
}
