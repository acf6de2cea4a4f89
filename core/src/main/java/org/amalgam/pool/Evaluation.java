package org.amalgam.pool;

import org.amalgam.model.Encoder;
import org.amalgam.run.Progress;
import org.amalgam.run.Run;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

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
        int correct = 0;
        double loss = 0;
        try (Progress progress = run.progress().progress(label, Math.max(1, (size + batchSize - 1) / batchSize))) {
            for (int from = 0; from < size; from += batchSize) {
                task.prefetch(rows(from + batchSize, size, batchSize));
                try (Scope scope = Scope.open();
                        Autograd.Off off = Autograd.off()) {
                    Batch batch = task.batch(rows(from, size, batchSize));
                    Tensor features = run.precision()
                            .run(() -> network.features(batch.inputs()))
                            .to(DType.F32);
                    Tensor logits = task.head().logits(features);
                    correct += (int) logits.argmax(1)
                            .equal(batch.labels())
                            .to(DType.F32)
                            .sum()
                            .item();
                    loss += Functional.crossEntropy(logits, batch.labels())
                            .sum()
                            .item();
                }
                progress.step(from / batchSize + 1L, "");
            }
        }
        return new TaskScore((double) correct / size, loss / size, size);
    }

    private static int[] rows(int from, int size, int batchSize) {
        return IntStream.range(Math.min(from, size), Math.min(size, from + batchSize))
                .toArray();
    }
}
