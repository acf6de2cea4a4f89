package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.figure.Axis;
import org.amalgam.figure.Figure;
import org.amalgam.method.MergedModel;
import org.amalgam.method.MergedModel.Candidate;
import org.amalgam.pareto.Hypervolume;
import org.amalgam.run.Progress;
import org.amalgam.run.Run;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Scope;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the models of a grid of preferences reach.
 *
 * @param experts names of the tasks that preferences weigh
 * @param tasks names of the tasks that were judged
 * @param preferences one list of weights a model
 * @param accuracies in [0, 1]: one list a model, with a value for each task judged
 */
record Front(List<String> experts, List<String> tasks, List<List<Double>> preferences, List<List<Double>> accuracies) {

    /** Its file in the run's folder. */
    static final String FILE = "front.json";

    /** Judges all candidates, one merged model in memory at a time. */
    static Front of(List<Candidate> candidates, List<String> experts, Judge judge, Run run) {
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
                experts,
                judge.tasks().stream().map(task -> task.name()).toList(),
                candidates.stream()
                        .map(candidate -> candidate.preference().weights())
                        .toList(),
                accuracies);
    }

    /** Rows of flat fields, which DuckDB and pandas read as a table. */
    void write(Path folder) {
        boolean[] dominated = Hypervolume.dominated(accuracies);
        ArrayNode rows = new ObjectMapper().createArrayNode();
        for (int i = 0; i < preferences.size(); i++) {
            ObjectNode row = rows.addObject();
            for (int k = 0; k < experts.size(); k++) {
                row.put("preference_" + experts.get(k), preferences.get(i).get(k));
            }
            for (int k = 0; k < tasks.size(); k++) {
                row.put("accuracy_" + tasks.get(k), accuracies.get(i).get(k));
            }
            row.put("dominated", dominated[i]);
        }
        AtomicFile.write(folder.resolve(FILE), rows.toPrettyString() + "\n");
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
                        + " the accuracies above 0 is %.4f. All are in %s.",
                preferences.size(),
                beaten,
                Hypervolume.of(accuracies),
                FILE);
    }

    /** The model whose front it is, with what was found. */
    MergedModel in(MergedModel merged) {
        return merged.withFigures(Stream.concat(merged.figures().stream(), Stream.of(figure()))
                        .toList())
                .withNotes(Stream.concat(merged.notes().stream(), Stream.of(note()))
                        .toList());
    }

    /** With two tasks a curve in the plane of their accuracies, with more a row for every preference. */
    private Figure figure() {
        boolean[] dominated = Hypervolume.dominated(accuracies);
        if (tasks.size() == 2) {
            return new Figure.Lines(
                    "Pareto front",
                    "Each point is the dense model of one preference: what it reaches on one task and on the other; points that"
                            + " another one dominates are not on the front's line.",
                    new Axis("accuracy on " + tasks.get(0), "%"),
                    new Axis("accuracy on " + tasks.get(1), "%"),
                    List.of(curve("front", dominated, false), curve("dominated", dominated, true)).stream()
                            .filter(series -> !series.x().isEmpty())
                            .toList(),
                    0);
        }
        return new Figure.HeatMap(
                "Pareto front",
                "Each row is the dense model of one preference, each cell the accuracy that it reaches on one task; rows marked"
                        + " with an asterisk are dominated: another one is nowhere worse and somewhere better.",
                Axis.of("task"),
                Axis.of("preference"),
                IntStream.range(0, preferences.size())
                        .mapToObj(i -> label(preferences.get(i)) + (dominated[i] ? " *" : ""))
                        .toList(),
                tasks,
                List.of(),
                accuracies.stream()
                        .map(row -> row.stream().map(accuracy -> 100 * accuracy).toList())
                        .toList(),
                new Axis("accuracy", "%"),
                Figure.Scale.SEQUENTIAL);
    }

    private Figure.Series curve(String name, boolean[] dominated, boolean beaten) {
        List<List<Double>> points = IntStream.range(0, dominated.length)
                .filter(i -> dominated[i] == beaten)
                .mapToObj(accuracies::get)
                .sorted(Comparator.comparing((List<Double> point) -> point.get(0)))
                .toList();
        return new Figure.Series(
                name,
                points.stream().map(point -> 100 * point.get(0)).toList(),
                points.stream().map(point -> 100 * point.get(1)).toList(),
                Figure.Series.NOBODYS);
    }

    private static String label(List<Double> preference) {
        return String.join(
                " : ",
                preference.stream()
                        .map(weight -> String.format(Locale.ROOT, "%.3g", weight))
                        .toList());
    }
}
