package org.amalgam.adapt;

import org.amalgam.AmalgamException;
import org.amalgam.data.dataset.Sampler;
import org.amalgam.pool.Batch;
import org.amalgam.pool.Task;
import org.amalgam.run.Part;
import org.amalgam.run.Profiler;
import org.amalgam.run.Progress;
import org.amalgam.run.Run;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The one loop that adapts. A step draws one batch of every task, computes them in micro-batches under the same weights, sums
 * the tasks' mean losses, weighted where an {@link Aggregation} says so, and moves the parameters once.
 *
 * @param batchSize samples of each task a step
 * @param shuffle whether samples are drawn in a fresh random order each epoch, or as the data set has them
 * @param microBatch samples that a worker may compute together; memory grows with it, results do not depend on it beyond rounding
 * @param schedule of the learning rate
 * @param checkpoints of the parameters on the way
 */
public record Adaptation(
        String optimizer,
        double learningRate,
        int batchSize,
        int maxSteps,
        boolean shuffle,
        int microBatch,
        Schedule schedule,
        Checkpoints checkpoints) {

    /** Adam's first step is ten times as long as the rate, and has to be a float32. */
    private static final double GREATEST_RATE = 1e37;

    /** @throws AmalgamException if the learning rate is beyond what parameters in float32 can be moved by */
    public Adaptation {
        if (learningRate > GREATEST_RATE) {
            throw new AmalgamException("method.lr: expected a learning rate of at most " + written(GREATEST_RATE)
                    + ", found " + written(learningRate) + "; lower it");
        }
    }

    /** As it stands in settings: {@code 1e37}. */
    private static String written(double rate) {
        return Double.toString(rate).replace(".0E", "e").replace('E', 'e');
    }

    /** With one learning rate, and nothing kept on the way. */
    public Adaptation(
            String optimizer, double learningRate, int batchSize, int maxSteps, boolean shuffle, int microBatch) {
        this(optimizer, learningRate, batchSize, maxSteps, shuffle, microBatch, Schedule.CONSTANT, Checkpoints.NONE);
    }

    /** The learned parameters and how they got there. */
    public record Adapted(Weights parameters, Trace trace) {}

    /** {@link #learn(Learner, Objective, Aggregation, List, Run)} with the sum of the tasks' losses. */
    public Adapted learn(Learner learner, Objective objective, List<? extends Task> tasks, Run run) {
        return learn(learner, objective, Aggregation.SUM, tasks, run);
    }

    /**
     * Learns. The result belongs to the scope that is open.
     *
     * @throws AmalgamException if a loss is not a number any more, or a sample has no label that the objective reads
     */
    public Adapted learn(
            Learner learner, Objective objective, Aggregation aggregation, List<? extends Task> tasks, Run run) {
        return run.profiler().part(Part.ADAPTING, () -> learned(learner, objective, aggregation, tasks, run));
    }

    private Adapted learned(
            Learner learner, Objective objective, Aggregation aggregation, List<? extends Task> tasks, Run run) {
        if (objective.readsLabels()) {
            tasks.forEach(Task::requireLabels);
        }
        int steps = run.fastDevRun() ? 1 : maxSteps;
        Weights parameters = learner.start().map((name, tensor) -> tensor.copy());
        Optimizer state = Optimizer.of(optimizer, parameters);
        Snapshot snapshot = new Snapshot(run.snapshot(), identity(tasks, steps, run));
        List<Trace.Step> trace = new ArrayList<>(snapshot.restore(parameters, state));
        List<Trace.Milestone> milestones = new ArrayList<>(snapshot.milestones());
        List<Sampler> samplers = tasks.stream()
                .map(task -> new Sampler(run.seed(), "adaptation/" + task.name(), task.size(), batchSize, shuffle))
                .toList();
        long computed = 0;
        try (Progress progress = run.progress().progress("adapting", steps)) {
            if (trace.isEmpty()) {
                look(0, steps, parameters, learner, run, milestones);
            }
            for (int step = trace.size(); step < steps; step++) {
                for (Sampler sampler : samplers) {
                    computed += sampler.batch(step).length;
                }
                trace.add(step(step, steps, parameters, state, learner, objective, aggregation, tasks, samplers, run));
                Trace.Step last = trace.get(step);
                report(run, tasks, step, last);
                progress.step(step + 1L, status(last));
                look(step + 1, steps, parameters, learner, run, milestones);
                checkpoints.keepIfDue(parameters, step + 1);
                snapshot.saveIfDue(parameters, state, trace, milestones, step + 1 == steps);
            }
        }
        return new Adapted(
                parameters,
                new Trace(tasks.stream().map(Task::name).toList(), objective.title(), trace, milestones, computed));
    }

    /** All that the bits of the result depend on, but for the models, whose hashes the run's own identity holds. */
    private String identity(List<? extends Task> tasks, int steps, Run run) {
        return String.format(
                Locale.ROOT,
                "%s, lr %s%s, batch %d, shuffle %s, micro-batch %d, workers %d, seed %d, %s, run %s, data %s, milestones %s",
                optimizer,
                learningRate,
                schedule == Schedule.CONSTANT ? "" : " " + schedule + " over " + steps,
                batchSize,
                shuffle,
                microBatch,
                run.workers().count(),
                run.seed(),
                run.precision().key(),
                run.identity(),
                tasks.stream().map(Task::fingerprint).toList(),
                run.milestones().identity());
    }

    /** Notes what the network of the moment is like, where the run wants to know. */
    private static void look(
            int done, int steps, Weights parameters, Learner learner, Run run, List<Trace.Milestone> milestones) {
        if (!run.milestones().due(done, steps)) {
            return;
        }
        try (Scope scope = Scope.open();
                Autograd.Off off = Autograd.off()) {
            Weights merged = run.workers().together(() -> learner.merge().apply(parameters));
            Map<String, Double> numbers =
                    run.milestones().look().apply(learner.network().apply(merged));
            milestones.add(new Trace.Milestone(done, numbers));
            numbers.forEach((name, number) -> run.metrics().scalar("milestone/" + name, done, number));
        }
    }

    private Trace.Step step(
            int step,
            int steps,
            Weights parameters,
            Optimizer state,
            Learner learner,
            Objective objective,
            Aggregation aggregation,
            List<? extends Task> tasks,
            List<Sampler> samplers,
            Run run) {
        Profiler profiler = run.profiler();
        try (Scope scope = Scope.open()) {
            Weights learned = parameters.leaves();
            Weights merged = profiler.measure("merging weights", () -> run.workers()
                    .together(() -> learner.mergeAt().apply(step).apply(learned)));
            List<Batch> batches = profiler.measure("data loading", () -> load(step, tasks, samplers));
            Gathering gathering = new Gathering(merged, learner, objective, tasks, batches, run);
            double[] losses = new double[tasks.size()];
            Map<String, Double> numbers = new LinkedHashMap<>();
            if (aggregation instanceof Aggregation.Scalarised scalarised) {
                gathering.backward(
                        plan(sizes(batches), gathering.wholeBatches(), run),
                        task -> scalarised.scale().of(step, task),
                        false,
                        losses);
                requireFinite(losses, step, tasks);
            } else if (aggregation instanceof Aggregation.Searched searched) {
                Tensor gradients = eachGradient(gathering, learned, losses);
                requireFinite(losses, step, tasks);
                Aggregation.Found found = searched.search().find(step, losses, gram(gradients));
                learned.giveGradients(combined(gradients, found.weights()));
                numbers.putAll(found.numbers());
            }
            double rate = schedule.rate(learningRate, step, steps);
            profiler.measure("optimizer step", () -> state.step(parameters, learned, step, rate));
            numbers.putAll(learner.probe().apply(parameters));
            return new Trace.Step(Arrays.stream(losses).boxed().toList(), numbers);
        }
    }

    /** Each task's gradient by itself: [K, parameters]. */
    private Tensor eachGradient(Gathering gathering, Weights learned, double[] losses) {
        List<Integer> sizes = sizes(gathering.batches());
        int last = losses.length - 1;
        List<Tensor> gradients = new ArrayList<>();
        for (int k = 0; k <= last; k++) {
            List<Integer> own = new ArrayList<>(Collections.nCopies(losses.length, 0));
            own.set(k, sizes.get(k));
            List<List<Piece>> plan = plan(own, gathering.wholeBatches(), gathering.run());
            gathering.backward(plan, task -> 1, k < last, losses);
            gradients.add(learned.takeGradients());
        }
        return Tensor.stack(gradients);
    }

    private static List<Integer> sizes(List<Batch> batches) {
        return batches.stream().map(Batch::samples).toList();
    }

    private static double[][] gram(Tensor gradients) {
        int tasks = (int) gradients.size(0);
        float[] products = gradients.matmul(gradients.transpose(0, 1)).toFloats();
        double[][] gram = new double[tasks][tasks];
        for (int i = 0; i < products.length; i++) {
            gram[i / tasks][i % tasks] = products[i];
        }
        return gram;
    }

    private static Tensor combined(Tensor gradients, List<Double> weights) {
        float[] row = new float[weights.size()];
        for (int k = 0; k < row.length; k++) {
            row[k] = weights.get(k).floatValue();
        }
        return Tensor.of(row, 1, row.length).matmul(gradients).flatten();
    }

    private void requireFinite(double[] losses, int step, List<? extends Task> tasks) {
        for (int k = 0; k < losses.length; k++) {
            if (!Double.isFinite(losses[k])) {
                throw new AmalgamException(
                        "step " + step + ": the loss of " + tasks.get(k).name()
                                + " is not a number any more; lower method.lr (now " + written(learningRate) + ")");
            }
        }
    }

    /** Micro-batches that every worker gets equally many of, or a batch each. */
    private List<List<Piece>> plan(List<Integer> sizes, boolean wholeBatches, Run run) {
        return wholeBatches
                ? Piece.whole(sizes)
                : Piece.plan(sizes, microBatch, run.workers().count());
    }

    private List<Batch> load(int step, List<? extends Task> tasks, List<Sampler> samplers) {
        List<Batch> batches = new ArrayList<>();
        for (int k = 0; k < tasks.size(); k++) {
            batches.add(tasks.get(k).batch(samplers.get(k).batch(step)));
            tasks.get(k).prefetch(samplers.get(k).batch(step + 1L));
        }
        return batches;
    }

    private static void report(Run run, List<? extends Task> tasks, int step, Trace.Step done) {
        run.metrics().scalar("train/loss", step, done.meanLoss());
        for (int k = 0; k < tasks.size(); k++) {
            run.metrics()
                    .scalar(
                            "train/loss/" + tasks.get(k).name(),
                            step,
                            done.losses().get(k));
        }
        for (Map.Entry<String, Double> parameter : done.parameters().entrySet()) {
            run.metrics().scalar("train/" + parameter.getKey(), step, parameter.getValue());
        }
    }

    private static String status(Trace.Step step) {
        Double low = step.parameters().get("weight_min");
        Double high = step.parameters().get("weight_max");
        String loss = String.format(Locale.ROOT, "loss %.3f", step.meanLoss());
        return low == null || high == null ? loss : loss + String.format(Locale.ROOT, "  λ %.2f … %.2f", low, high);
    }
}
