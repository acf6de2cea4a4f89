package org.amalgam.pool;

import org.amalgam.model.Encoder;
import org.amalgam.run.Part;
import org.amalgam.run.Run;
import org.amalgam.run.Work;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Judges a network by a task's samples. */
public final class Evaluation {

    private Evaluation() {}

    /**
     * Runs every sample of the task once.
     *
     * @param batchSize samples at a time, at least 1; memory grows with it, results do not depend on it beyond rounding
     * @param label what the progress display calls it
     * @throws org.amalgam.AmalgamException if a sample has no label
     */
    public static TaskScore of(Encoder network, Task task, int batchSize, String label, Run run) {
        task.requireLabels();
        try (Scope scope = Scope.open()) {
            Encoder rounded = rounded(network, run);
            return Judged.sum(measured(
                    run,
                    () -> run.deal(
                            label,
                            batches(task, 0, batchSize, run),
                            (worker, rows) -> judged(rounded, task, rows.numbers(), run))));
        }
    }

    /**
     * Runs every sample of every task once and shows nothing. The workers share out the batches of all tasks together: small
     * tasks keep them all at work.
     *
     * @param batchSize as above
     * @return one score a task, in their order
     * @throws org.amalgam.AmalgamException as above
     */
    public static List<TaskScore> of(Encoder network, List<? extends Task> tasks, int batchSize, Run run) {
        tasks.forEach(Task::requireLabels);
        List<Rows> batches = new ArrayList<>();
        for (int k = 0; k < tasks.size(); k++) {
            batches.addAll(batches(tasks.get(k), k, batchSize, run));
        }
        List<Judged> parts;
        try (Scope scope = Scope.open()) {
            Encoder rounded = rounded(network, run);
            parts = measured(run, () -> run.workers()
                    .deal(batches, (worker, rows) -> judged(rounded, tasks.get(rows.task()), rows.numbers(), run)));
        }
        return IntStream.range(0, tasks.size())
                .mapToObj(k -> Judged.sum(IntStream.range(0, parts.size())
                        .filter(i -> batches.get(i).task() == k)
                        .mapToObj(parts::get)
                        .toList()))
                .toList();
    }

    private static Encoder rounded(Encoder network, Run run) {
        try (Autograd.Off off = Autograd.off()) {
            return network.rounded(run.precision().operands());
        }
    }

    private static List<Judged> measured(Run run, Supplier<List<Judged>> work) {
        List<Judged> parts = run.profiler().part(Part.EVALUATION, work);
        run.profiler()
                .did(
                        Part.EVALUATION,
                        Work.forward(parts.stream().mapToLong(Judged::samples).sum()));
        return parts;
    }

    /** Rows of one of the tasks. */
    private record Rows(int task, int from, int to) {

        int[] numbers() {
            return IntStream.range(from, to).toArray();
        }
    }

    private static List<Rows> batches(Task task, int index, int batchSize, Run run) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("a batch holds at least 1 sample, not " + batchSize);
        }
        int size = run.fastDevRun() ? Math.min(batchSize, task.size()) : task.size();
        List<Rows> batches = new ArrayList<>();
        for (int from = 0; from < size; from += batchSize) {
            batches.add(new Rows(index, from, Math.min(size, from + batchSize)));
        }
        return batches;
    }

    /** Right answers and summed cross-entropy of some samples. */
    private record Judged(int samples, long correct, double loss) {

        static TaskScore sum(List<Judged> parts) {
            int size = parts.stream().mapToInt(Judged::samples).sum();
            long correct = parts.stream().mapToLong(Judged::correct).sum();
            double loss = parts.stream().mapToDouble(Judged::loss).sum();
            return new TaskScore((double) correct / size, loss / size, size);
        }
    }

    private static Judged judged(Encoder network, Task task, int[] rows, Run run) {
        try (Scope scope = Scope.open();
                Autograd.Off off = Autograd.off()) {
            Batch batch = task.batch(rows);
            Tensor features =
                    run.precision().run(() -> network.features(batch.inputs())).to(DType.F32);
            Tensor logits = task.head().logits(features);
            return new Judged(
                    rows.length,
                    (long) logits.argmax(1)
                            .equal(batch.labels())
                            .to(DType.F32)
                            .sum()
                            .item(),
                    Functional.crossEntropy(logits, batch.labels()).sum().item());
        }
    }
}
