package org.amalgam.pool;

import org.amalgam.model.Encoder;
import org.amalgam.run.Progress;
import org.amalgam.run.Run;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Judges a network by a task's samples. */
public final class Evaluation {

    private Evaluation() {}

    /**
     * Runs every sample of the task once.
     *
     * @param batchSize samples at a time; memory grows with it, results do not depend on it beyond rounding
     * @param label what the progress display calls it
     */
    public static TaskScore of(Encoder network, Task task, int batchSize, String label, Run run) {
        int size = run.fastDevRun() ? Math.min(batchSize, task.size()) : task.size();
        List<int[]> batches = new ArrayList<>();
        for (int from = 0; from < size; from += batchSize) {
            batches.add(IntStream.range(from, Math.min(size, from + batchSize)).toArray());
        }
        AtomicLong done = new AtomicLong();
        try (Progress progress = run.progress().progress(label, batches.size())) {
            List<Part> parts = run.workers().deal(batches, (worker, rows) -> {
                Part part = part(network, task, rows, run);
                synchronized (progress) {
                    progress.step(done.incrementAndGet(), "");
                }
                return part;
            });
            long correct = parts.stream().mapToLong(Part::correct).sum();
            double loss = parts.stream().mapToDouble(Part::loss).sum();
            return new TaskScore((double) correct / size, loss / size, size);
        }
    }

    /** Right answers and summed cross-entropy of some samples. */
    private record Part(long correct, double loss) {}

    private static Part part(Encoder network, Task task, int[] rows, Run run) {
        try (Scope scope = Scope.open();
                Autograd.Off off = Autograd.off()) {
            Batch batch = task.batch(rows);
            Tensor features =
                    run.precision().run(() -> network.features(batch.inputs())).to(DType.F32);
            Tensor logits = task.head().logits(features);
            return new Part(
                    (long) logits.argmax(1)
                            .equal(batch.labels())
                            .to(DType.F32)
                            .sum()
                            .item(),
                    Functional.crossEntropy(logits, batch.labels()).sum().item());
        }
    }
}
