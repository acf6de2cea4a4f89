package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.method.MergedModel;
import org.amalgam.mixture.RoutingTable;
import org.amalgam.model.Encoder;
import org.amalgam.pool.Evaluation;
import org.amalgam.pool.Model;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.ScoreCache;
import org.amalgam.pool.Task;
import org.amalgam.pool.TaskScore;
import org.amalgam.report.AccuracyTable.Kind;
import org.amalgam.report.AccuracyTable.Row;
import org.amalgam.run.Milestones;
import org.amalgam.run.Run;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Judges merged models, and beside them the zero-shot ancestor and each expert on its own task. */
record Judge(ModelPool pool, List<Task> tasks, int batchSize, ScoreCache cache, Run run) {

    /** How a merged model does, and how its mixture, if it is one, routed each task's samples. */
    record Verdict(Row row, RoutingTable routing) {}

    Verdict merged(String label, MergedModel.Network merged, boolean batchReduce) {
        Map<String, TaskScore> scores = new LinkedHashMap<>();
        RoutingTable routing = new RoutingTable();
        for (Task task : tasks) {
            Encoder network = merged.encoder(pool.architecture(), batchReduce, routing.of(task.name()));
            scores.put(task.name(), score(network, task, task.name(), true));
        }
        return new Verdict(new Row(label, Kind.MERGED, scores), routing);
    }

    Row zeroShot() {
        return baseline("zero-shot", Kind.ZERO_SHOT, task -> Optional.of(pool.ancestor()));
    }

    Row experts() {
        return baseline("experts", Kind.EXPERT, task -> pool.experts().stream()
                .filter(expert -> expert.name().equals(task.name()))
                .findFirst());
    }

    /** What a fine-tuned model reaches on every task, its own and the others', in their order. */
    List<Double> everywhere(Model expert) {
        return tasks.stream()
                .map(task -> kept(expert, task, "expert of " + expert.name() + " on " + task.name())
                        .accuracy())
                .toList();
    }

    /** What a network reaches on every task, each with its progress, in their order. */
    List<Double> reached(Encoder network) {
        return tasks.stream()
                .map(task -> score(network, task, task.name(), false).accuracy())
                .toList();
    }

    /** What an adaptation's network of the moment reaches on every task, after every so many steps. */
    Milestones milestones(int every) {
        return new Milestones(
                every,
                this::accuracies,
                "every " + every + ", batch " + batchSize + ", "
                        + tasks.stream().map(Task::fingerprint).toList());
    }

    /** What a network reaches on every task. */
    Map<String, Double> accuracies(Encoder network) {
        List<TaskScore> scores =
                run.profiler().measure("evaluation", () -> Evaluation.of(network, tasks, batchSize, run));
        Map<String, Double> accuracies = new LinkedHashMap<>();
        for (int k = 0; k < scores.size(); k++) {
            String task = tasks.get(k).name();
            accuracies.put(task, finite(scores.get(k), task, false).accuracy());
        }
        return accuracies;
    }

    private Row baseline(String label, Kind kind, java.util.function.Function<Task, Optional<Model>> choose) {
        Map<String, TaskScore> scores = new LinkedHashMap<>();
        for (Task task : tasks) {
            choose.apply(task)
                    .ifPresent(model -> scores.put(task.name(), kept(model, task, label + " on " + task.name())));
        }
        return new Row(label, kind, scores);
    }

    private TaskScore kept(Model model, Task task, String label) {
        if (run.fastDevRun()) {
            return computed(model, task, label);
        }
        // An expert is judged by the ancestor's network, so its own files do not tell all.
        String network =
                model.checkpoint().fingerprint() + " " + pool.architecture().computed();
        return cache.get(network, task, run.precision().key(), () -> computed(model, task, label));
    }

    private TaskScore computed(Model model, Task task, String label) {
        try (Scope scope = Scope.open()) {
            Weights weights = model.weights().map((name, tensor) -> tensor.to(DType.F32));
            return score(pool.architecture().encoder(weights), task, label, true);
        }
    }

    private TaskScore score(Encoder network, Task task, String label, boolean sound) {
        return finite(
                run.profiler().measure("evaluation", () -> Evaluation.of(network, task, batchSize, label, run)),
                label,
                sound);
    }

    /**
     * Of classes without numbers the first is the greatest: an accuracy of chance would be shown as a result.
     *
     * @param sound whether the network's weights were looked at and found finite
     */
    private static TaskScore finite(TaskScore score, String label, boolean sound) {
        if (!Double.isFinite(score.loss())) {
            throw new AmalgamException(label + ": what the network answers are not finite numbers"
                    + (sound ? ", though its weights are" : "")
                    + "; lower the coefficients of the merge, or method.lr where they are learned, or mend the"
                    + " model if it is one of the pool");
        }
        return score;
    }
}
