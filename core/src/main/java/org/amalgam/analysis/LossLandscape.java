package org.amalgam.analysis;

import org.amalgam.AmalgamException;
import org.amalgam.analysis.Plane.Point;
import org.amalgam.merge.Coefficients;
import org.amalgam.merge.TaskVectors;
import org.amalgam.pool.Evaluation;
import org.amalgam.pool.Model;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Subset;
import org.amalgam.pool.Task;
import org.amalgam.pool.TaskScore;
import org.amalgam.run.Progress;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The losses of two tasks over the plane that their task vectors span, {@code theta_0 + l1 tau_1 + l2 tau_2} (Tang et al., ICML
 * 2024, section 2): mean cross-entropy on labelled samples. The merged weights depend on both coefficients, and so does the loss
 * of either task.
 */
public record LossLandscape(
        @Setting(
                value = "11",
                atLeast = 2,
                help = "points on either axis, up to 201; an odd number has the ancestor among them")
        int grid,

        @Setting(value = "[-1, 1]", help = "lowest and highest coefficient on either axis")
        List<Double> range,

        @Setting(
                value = "null",
                help = "tasks whose pairs are shown; null takes every model that has a task of its name")
        Optional<List<String>> tasks,

        @Setting(value = "null", help = "the pairs themselves, [[a, b], [a, c]]; null takes those of the tasks")
        Optional<List<List<String>>> pairs,

        @Setting(value = "5", atLeast = 1, help = "no more pairs of the tasks than these, neighbours first")
        int maxPairs,

        @Setting(value = "256", atLeast = 1, help = "labelled samples of each task, drawn at random; null takes all")
        Optional<Integer> samples,

        @Setting(value = "64", atLeast = 1, help = "samples at a time; losses do not depend on it beyond rounding")
        int batchSize,

        @Setting(value = "0.3", help = "the coefficient of both tasks at which task arithmetic is marked")
        double scalingFactor)
        implements Analysis {

    /** Points on either axis of a run that only sees whether it would work. */
    private static final int FAST_GRID = 3;

    /** Forty thousand points a pair, each a merge and an evaluation: finer than the figure could show. */
    private static final int FINEST_GRID = 201;

    @Override
    public String plan(ModelPool pool, List<Task> judged, boolean fastDevRun) {
        List<Pair> chosen = chosen(pool, judged);
        int side = plane(fastDevRun).ticks().size();
        return "%s, %d x %d points each, %s samples a task"
                .formatted(
                        chosen.size() == 1 ? "1 pair" : chosen.size() + " pairs",
                        side,
                        side,
                        samples.map(count -> "up to " + count).orElse("all"));
    }

    /** The ancestor, two task vectors and the merged model. */
    @Override
    public long memory(ModelPool pool, Run run) {
        return 4L * Float.BYTES * pool.architecture().elements();
    }

    @Override
    public Findings findings(ModelPool pool, List<Task> judged, Run run) {
        List<Pair> chosen = chosen(pool, judged);
        Plane plane = plane(run.fastDevRun());
        List<Task> sampled = Pair.tasks(chosen).stream()
                .map(name -> sampled(named(judged, name), run))
                .toList();
        LossTable table = LossTable.open(
                run.snapshot(),
                identity(chosen, plane, sampled, run),
                chosen.size(),
                plane.points().size());
        measure(pool, chosen, plane, sampled, table, run);
        return new Landscapes(chosen, plane, table, scalingFactor).findings(left(pool, judged));
    }

    private void measure(ModelPool pool, List<Pair> chosen, Plane plane, List<Task> sampled, LossTable table, Run run) {
        List<List<Integer>> missing =
                IntStream.range(0, chosen.size()).mapToObj(table::missing).toList();
        int total = missing.stream().mapToInt(List::size).sum();
        if (total == 0) {
            return;
        }
        List<Point> points = plane.points();
        int done = 0;
        try (Progress progress = run.progress().progress("loss landscape", total)) {
            for (int p = 0; p < chosen.size(); p++) {
                Pair pair = chosen.get(p);
                List<Task> both =
                        pair.names().stream().map(name -> named(sampled, name)).toList();
                if (missing.get(p).isEmpty()) {
                    continue;
                }
                try (Scope scope = Scope.open()) {
                    TaskVectors vectors = run.profiler().measure("task vectors", () -> vectors(pool, pair));
                    for (int point : missing.get(p)) {
                        List<TaskScore> scores = scores(pool, vectors, points.get(point), both, run);
                        table.put(p, point, scores.get(0).loss(), scores.get(1).loss());
                        table.saveIfDue(false);
                        done++;
                        progress.step(done, pair.toString());
                    }
                }
                table.saveIfDue(true);
            }
        }
    }

    private List<TaskScore> scores(ModelPool pool, TaskVectors vectors, Point point, List<Task> both, Run run) {
        try (Scope scope = Scope.open();
                Autograd.Off off = Autograd.off()) {
            Coefficients coefficients =
                    new Coefficients(Tensor.of(new float[] {(float) point.first(), (float) point.second()}, 2));
            Weights merged = run.profiler()
                    .measure("merging weights", () -> run.workers().together(() -> vectors.merge(coefficients)));
            return run.profiler()
                    .measure(
                            "evaluation",
                            () -> Evaluation.of(pool.architecture().encoder(merged), both, batchSize, run));
        }
    }

    private static TaskVectors vectors(ModelPool pool, Pair pair) {
        return TaskVectors.of(
                pool.ancestor().weights(),
                pair.names().stream().map(name -> expert(pool, name).weights()).toList());
    }

    private Plane plane(boolean fast) {
        if (!fast && grid > FINEST_GRID) {
            throw new AmalgamException("analysis.grid: expected 2 to " + FINEST_GRID + " points on either axis, found "
                    + grid + ", which are " + (long) grid * grid + " points a pair; take fewer");
        }
        return Plane.of(range, fast ? Math.min(grid, FAST_GRID) : grid, scalingFactor);
    }

    private Task sampled(Task task, Run run) {
        int asked = samples.orElse(task.size());
        return Subset.drawn(task, run.fastDevRun() ? Math.min(asked, batchSize) : asked, run.seed(), "loss landscape");
    }

    /** All that the bits of the losses depend on, but for the models, whose hashes the run's own identity holds. */
    private String identity(List<Pair> chosen, Plane plane, List<Task> sampled, Run run) {
        return String.format(
                Locale.ROOT,
                "%s over %s, batch %d, workers %d, seed %d, %s, run %s, data %s",
                chosen,
                plane,
                batchSize,
                run.workers().count(),
                run.seed(),
                run.precision().key(),
                run.identity(),
                sampled.stream().map(Task::fingerprint).toList());
    }

    private List<Pair> chosen(ModelPool pool, List<Task> judged) {
        List<Pair> all = possible(pool, judged);
        Pair.tasks(all).forEach(name -> {
            expert(pool, name);
            named(judged, name);
        });
        return pairs.isPresent() ? all : all.subList(0, Math.min(maxPairs, all.size()));
    }

    /** How many pairs there are besides those that are shown. */
    private int left(ModelPool pool, List<Task> judged) {
        return possible(pool, judged).size() - chosen(pool, judged).size();
    }

    private List<Pair> possible(ModelPool pool, List<Task> judged) {
        if (pairs.isPresent()) {
            if (tasks.isPresent()) {
                throw new AmalgamException("analysis.tasks and analysis.pairs are both given; leave one of them out");
            }
            return requireSome(pairs.get().stream().map(Pair::of).toList());
        }
        List<String> known = judged.stream().map(Task::name).toList();
        return requireSome(Pair.all(tasks.map(names -> names.stream().distinct().toList())
                .orElseGet(() -> pool.tasks().stream().filter(known::contains).toList())));
    }

    private static List<Pair> requireSome(List<Pair> found) {
        if (found.isEmpty()) {
            throw new AmalgamException("analysis=loss_landscape needs two tasks: models of modelpool.models with a data"
                    + " set of the same name in taskpool.test_datasets");
        }
        return found;
    }

    private static Model expert(ModelPool pool, String name) {
        return pool.experts().stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AmalgamException("analysis: " + name + " is not a model of the pool; there are "
                        + String.join(", ", pool.tasks())));
    }

    private static Task named(List<Task> tasks, String name) {
        return tasks.stream()
                .filter(task -> task.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AmalgamException("analysis: there is no " + name
                        + " in taskpool.test_datasets to judge by; name its data set, or leave the task out"));
    }
}
