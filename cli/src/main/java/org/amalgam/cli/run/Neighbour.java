package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.AmalgamException;
import org.amalgam.figure.Figure;
import org.amalgam.method.MethodCatalogue;
import org.amalgam.method.StaticMethod;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code evaluation.beside} puts beside a Pareto front. */
sealed interface Neighbour {

    /** The key that errors name. */
    String KEY = "evaluation.beside";

    /**
     * Refuses models beside whose front it cannot stand, as far as headers and settings tell.
     *
     * @throws AmalgamException naming the key
     */
    default void requireFit(ModelPool pool) {}

    /**
     * Refuses tasks on which it was not judged.
     *
     * @throws AmalgamException naming the key
     */
    default void requireJudged(List<Task> tasks) {}

    /** What it reaches on the judge's tasks: one model, or several. */
    List<Figure.Beside> judged(Judge judge, Run run);

    /**
     * Reads the setting.
     *
     * @throws AmalgamException if an entry is neither experts, nor a method that looks at weights alone, nor a run with a report
     */
    static List<Neighbour> all(List<String> named) {
        return named.stream().map(Neighbour::of).toList();
    }

    private static Neighbour of(String name) {
        if (name.equals("experts")) {
            return new Experts();
        }
        Optional<MethodCatalogue.Entry<?>> method = MethodCatalogue.find(name);
        if (method.isPresent()) {
            if (!StaticMethod.class.isAssignableFrom(method.get().type())) {
                throw new AmalgamException(KEY + ": " + name
                        + " looks at samples, which takes a run of its own; make it, and" + " name its folder here");
            }
            return new Merged(method.get());
        }
        Path report = Files.isDirectory(Path.of(name)) ? Path.of(name).resolve(Run.REPORT) : Path.of(name);
        if (!Files.isRegularFile(report)) {
            throw new AmalgamException(KEY
                    + ": expected experts, a method, or the folder of a run with its report.json," + " found " + name);
        }
        return Reported.read(report);
    }

    /** The fine-tuned models, each on every task. */
    record Experts() implements Neighbour {
        @Override
        public List<Figure.Beside> judged(Judge judge, Run run) {
            return judge.pool().experts().stream()
                    .map(expert -> new Figure.Beside(
                            "expert " + expert.name(), Optional.of(expert.name()), judge.everywhere(expert)))
                    .toList();
        }
    }

    /** What a method makes of the weights, with its defaults. */
    record Merged(MethodCatalogue.Entry<?> entry) implements Neighbour {
        @Override
        public void requireFit(ModelPool pool) {
            try {
                method().requireFit(pool);
            } catch (AmalgamException e) {
                throw new AmalgamException(
                        KEY + ": leave out " + entry.name() + ", which does not fit these models: " + e.getMessage(),
                        e);
            }
        }

        private StaticMethod method() {
            return (StaticMethod) Settings.defaults(entry.type());
        }

        @Override
        public List<Figure.Beside> judged(Judge judge, Run run) {
            try (Scope scope = Scope.open();
                    Autograd.Off off = Autograd.off()) {
                Weights weights =
                        method().merge(judge.pool(), run).held(run.workers()).weights();
                return List.of(new Figure.Beside(
                        entry.name(),
                        Optional.empty(),
                        List.copyOf(judge.accuracies(judge.pool().architecture().encoder(weights))
                                .values())));
            }
        }
    }

    /**
     * What another run's report says of its merged models.
     *
     * @param rows of its table
     */
    record Reported(Path report, List<JsonNode> rows) implements Neighbour {

        static Reported read(Path report) {
            List<JsonNode> merged = new ArrayList<>();
            try {
                JsonNode table = new ObjectMapper()
                        .readTree(report.toFile())
                        .path("amalgam")
                        .path("table");
                table.forEach(row -> {
                    if (row.path("kind").asText().equals("merged")) {
                        merged.add(row);
                    }
                });
            } catch (IOException e) {
                throw new AmalgamException(KEY + ": " + report + " cannot be read as a report: " + e.getMessage(), e);
            }
            if (merged.isEmpty()) {
                throw new AmalgamException(KEY + ": " + report + " is no report of merged models that were judged; name"
                        + " another run, made with a task pool");
            }
            return new Reported(report, merged);
        }

        @Override
        public void requireJudged(List<Task> tasks) {
            rows.forEach(row -> tasks.forEach(task -> accuracy(row, task)));
        }

        @Override
        public List<Figure.Beside> judged(Judge judge, Run run) {
            return rows.stream()
                    .map(row -> new Figure.Beside(
                            row.path("label").asText(),
                            Optional.empty(),
                            judge.tasks().stream()
                                    .map(task -> accuracy(row, task))
                                    .toList()))
                    .toList();
        }

        private double accuracy(JsonNode row, Task task) {
            JsonNode score = row.path("tasks").path(task.name());
            if (score.path("samples").asLong() != task.size()
                    || !score.path("accuracy").isNumber()) {
                throw new AmalgamException(KEY + ": " + report + " has no accuracy on the " + task.size()
                        + " samples of " + task.name() + "; name a run that was judged on the same tasks");
            }
            return score.path("accuracy").asDouble();
        }
    }
}
