package org.amalgam.report;

import org.amalgam.pool.Interval;
import org.amalgam.pool.TaskScore;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * Accuracies of the zero-shot ancestor, the experts and the merged models, task by task.
 *
 * @param tasks task names in the order of the columns, each once
 * @param rows the rows in the order in which they are shown, labels each once
 */
public record AccuracyTable(List<String> tasks, List<Row> rows) {

    /** What a row's numbers were measured on. */
    public enum Kind {
        /** The common ancestor without fine-tuning. */
        ZERO_SHOT,
        /** Each expert on its own task: what a merged model is measured against. */
        EXPERT,
        /** One merged model on all tasks. */
        MERGED
    }

    /**
     * One row.
     *
     * @param label what the reader calls it; for a merged model the name of its {@link MethodSection}
     * @param scores task to score; a task that was not evaluated is absent
     */
    public record Row(String label, Kind kind, Map<String, TaskScore> scores) {

        public Row {
            scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
        }

        public Optional<TaskScore> score(String task) {
            return Optional.ofNullable(scores.get(task));
        }
    }

    /** @throws IllegalArgumentException if a task or a label is there twice, or a row has a task that is no column */
    public AccuracyTable {
        tasks = List.copyOf(tasks);
        rows = List.copyOf(rows);
        if (new LinkedHashSet<>(tasks).size() != tasks.size()) {
            throw new IllegalArgumentException("a task is named twice in " + tasks);
        }
        if (rows.stream().map(Row::label).distinct().count() != rows.size()) {
            throw new IllegalArgumentException("two rows have one label");
        }
        for (Row row : rows) {
            for (String task : row.scores().keySet()) {
                if (!tasks.contains(task)) {
                    throw new IllegalArgumentException("row " + row.label() + " has a score for " + task
                            + ", which is not among the tasks " + tasks);
                }
            }
        }
    }

    /** A table that says nothing: what an evaluation of no task gives. */
    public static AccuracyTable empty() {
        return new AccuracyTable(List.of(), List.of());
    }

    public List<Row> rows(Kind kind) {
        return rows.stream().filter(row -> row.kind() == kind).toList();
    }

    /** Plain mean of the tasks' accuracies, in [0, 1]; empty unless the row has every task, since means over different tasks do not compare. */
    public OptionalDouble average(Row row) {
        return mean(row, TaskScore::accuracy);
    }

    /** Plain mean of the tasks' losses, in nats; empty unless every task has a measured loss. */
    public OptionalDouble averageLoss(Row row) {
        OptionalDouble mean = mean(row, TaskScore::loss);
        return mean.isPresent() && Double.isNaN(mean.getAsDouble()) ? OptionalDouble.empty() : mean;
    }

    /**
     * The 95 % interval of {@link #average}, from the variances recovered from each task's Wilson limits (MOVER: Zou and
     * Donner, Statistics in Medicine 2008). It does not collapse when a task's accuracy is 1.
     */
    public Optional<Interval> averageInterval(Row row) {
        OptionalDouble average = average(row);
        if (average.isEmpty()) {
            return Optional.empty();
        }
        double below = 0;
        double above = 0;
        for (String task : tasks) {
            TaskScore score = row.scores().get(task);
            Interval limits = score.accuracyInterval();
            below += Math.pow(score.accuracy() - limits.low(), 2);
            above += Math.pow(limits.high() - score.accuracy(), 2);
        }
        double mean = average.getAsDouble();
        return Optional.of(
                new Interval(mean - Math.sqrt(below) / tasks.size(), mean + Math.sqrt(above) / tasks.size()));
    }

    /**
     * The share of the experts' gain over the zero-shot ancestor that the row keeps, on averages:
     * (row - zero-shot) / (experts - zero-shot). 1 is as good as the experts, below 0 worse than no fine-tuning. Empty
     * where an average is missing or the experts gain nothing.
     */
    public OptionalDouble kept(Row row) {
        OptionalDouble zeroShot = averageOf(Kind.ZERO_SHOT);
        OptionalDouble experts = averageOf(Kind.EXPERT);
        OptionalDouble merged = average(row);
        if (zeroShot.isEmpty() || experts.isEmpty() || merged.isEmpty()) {
            return OptionalDouble.empty();
        }
        double gain = experts.getAsDouble() - zeroShot.getAsDouble();
        return gain > 0
                ? OptionalDouble.of((merged.getAsDouble() - zeroShot.getAsDouble()) / gain)
                : OptionalDouble.empty();
    }

    /** The average of the first row of that kind. */
    public OptionalDouble averageOf(Kind kind) {
        return rows(kind).stream().findFirst().map(this::average).orElse(OptionalDouble.empty());
    }

    /** The merged row that a reader asks for first: the best average, the earlier of equals; a row without an average comes last. */
    public Optional<Row> headline() {
        Row best = null;
        for (Row row : rows(Kind.MERGED)) {
            if (best == null || average(row).orElse(-1) > average(best).orElse(-1)) {
                best = row;
            }
        }
        return Optional.ofNullable(best);
    }

    /** The best accuracy of the task among the merged rows. */
    public OptionalDouble bestMerged(String task) {
        return rows(Kind.MERGED).stream()
                .flatMap(row -> row.score(task).stream())
                .mapToDouble(TaskScore::accuracy)
                .max();
    }

    /** The best average among the merged rows. */
    public OptionalDouble bestMergedAverage() {
        return rows(Kind.MERGED).stream()
                .flatMapToDouble(row -> average(row).stream())
                .max();
    }

    private OptionalDouble mean(Row row, ToDoubleFunction<TaskScore> number) {
        if (tasks.isEmpty() || !row.scores().keySet().containsAll(tasks)) {
            return OptionalDouble.empty();
        }
        return tasks.stream()
                .mapToDouble(task -> number.applyAsDouble(row.scores().get(task)))
                .average();
    }
}
