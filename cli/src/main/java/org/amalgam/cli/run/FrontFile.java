package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.AmalgamException;
import org.amalgam.pareto.SimplexGrid;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A front as a run wrote it.
 *
 * @param experts names of the tasks that preferences weigh
 * @param tasks names of the tasks that were judged
 * @param steps weights are multiples of 1 / steps
 * @param grid the models of the grid's preferences
 * @param others models beside them
 */
record FrontFile(List<String> experts, List<String> tasks, int steps, List<Row> grid, List<Row> others) {

    private static final String WEIGHT = "preference_";
    private static final String REACHED = "accuracy_";

    /** A model; the preference of one beside the front is empty. */
    record Row(String model, List<Double> preference, List<Double> accuracies) {}

    /**
     * Reads the front of a run.
     *
     * @throws AmalgamException if the run has none, or the file is not one of a whole grid
     */
    static FrontFile read(Path folder) {
        Path file = folder.resolve(Front.FILE);
        if (!Files.exists(file)) {
            throw new AmalgamException(
                    folder + ": there is no " + Front.FILE + " in it; name the folder of a PWEMoE run that"
                            + " came to its end, made with a task pool and method.eval_grid=true");
        }
        try {
            JsonNode rows = new ObjectMapper().readTree(file.toFile());
            List<String> experts = named(rows.path(0), WEIGHT);
            List<String> tasks = named(rows.path(0), REACHED);
            List<Row> grid = new ArrayList<>();
            List<Row> others = new ArrayList<>();
            for (JsonNode row : rows) {
                boolean ofPreference = row.path("model").asText().equals(Front.OF_PREFERENCE);
                (ofPreference ? grid : others)
                        .add(new Row(
                                row.path("model").asText(),
                                ofPreference ? numbers(row, WEIGHT, experts) : List.of(),
                                numbers(row, REACHED, tasks)));
            }
            double least = grid.stream()
                    .flatMap(row -> row.preference().stream())
                    .filter(weight -> weight > 1e-9)
                    .mapToDouble(Double::doubleValue)
                    .min()
                    .orElse(0);
            int steps = (int) Math.round(1 / least);
            if (experts.size() < 2
                    || tasks.isEmpty()
                    || grid.size() != new SimplexGrid(experts.size(), steps + 1).size()) {
                throw new AmalgamException(
                        file + " holds no whole grid of preferences between at least 2 tasks; make the run" + " again");
            }
            return new FrontFile(experts, tasks, steps, grid, others);
        } catch (IOException e) {
            throw new AmalgamException(file + " cannot be read: " + e.getMessage() + "; make the run again", e);
        }
    }

    /** Checks that it is the front of those models, judged on those tasks. */
    void requireOf(List<String> models, List<String> judged) {
        if (!experts.equals(models) || !tasks.equals(judged)) {
            throw new AmalgamException(Front.FILE + " is of the models " + String.join(", ", experts) + " on the tasks "
                    + String.join(", ", tasks) + ", the run's settings now give the models " + String.join(", ", models)
                    + " and the tasks " + String.join(", ", judged) + "; make the run again");
        }
    }

    private static List<String> named(JsonNode row, String prefix) {
        List<String> names = new ArrayList<>();
        row.fieldNames().forEachRemaining(name -> {
            if (name.startsWith(prefix)) {
                names.add(name.substring(prefix.length()));
            }
        });
        return names;
    }

    private static List<Double> numbers(JsonNode row, String prefix, List<String> names) {
        return names.stream()
                .map(name -> row.path(prefix + name).asDouble(Double.NaN))
                .toList();
    }
}
