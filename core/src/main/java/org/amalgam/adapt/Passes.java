package org.amalgam.adapt;

import org.amalgam.model.Encoder;
import org.amalgam.pool.Batch;
import org.amalgam.pool.Task;
import org.amalgam.run.Profiler;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What the forward and backward pass of one micro-batch gave, besides the gradients at the leaves.
 *
 * @param losses each piece's part of its task's mean loss
 */
record Passes(List<Piece> pieces, List<Double> losses, long forwardNanos, long backwardNanos) {

    static Passes of(
            Encoder network,
            List<Piece> pieces,
            List<Batch> batches,
            List<? extends Task> tasks,
            Objective objective,
            IntToDoubleFunction scale,
            Precision precision) {
        try (Scope scope = Scope.open()) {
            long start = System.nanoTime();
            List<Tensor> losses = losses(network, pieces, batches, tasks, objective, precision);
            List<Tensor> scaled = IntStream.range(0, losses.size())
                    .mapToObj(i ->
                            losses.get(i).mul(scale.applyAsDouble(pieces.get(i).task())))
                    .toList();
            Tensor sum = Tensor.stack(scaled).sum();
            long middle = System.nanoTime();
            sum.backward();
            long end = System.nanoTime();
            return new Passes(pieces, losses.stream().map(Tensor::item).toList(), middle - start, end - middle);
        }
    }

    private static List<Tensor> losses(
            Encoder network,
            List<Piece> pieces,
            List<Batch> batches,
            List<? extends Task> tasks,
            Objective objective,
            Precision precision) {
        List<Batch> parts = pieces.stream()
                .map(piece -> batches.get(piece.task()).slice(piece.from(), piece.samples()))
                .toList();
        Tensor inputs = Batch.joined(parts);
        Tensor features = precision.run(() -> network.features(inputs)).to(DType.F32);
        List<Tensor> losses = new ArrayList<>();
        int row = 0;
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            Tensor logits = tasks.get(piece.task()).head().logits(features.slice(0, row, piece.samples()));
            losses.add(objective
                    .terms(logits, parts.get(i).labels())
                    .sum()
                    .mul(1.0 / batches.get(piece.task()).samples()));
            row += piece.samples();
        }
        return losses;
    }

    void addLossesTo(double[] byTask) {
        for (int i = 0; i < pieces.size(); i++) {
            byTask[pieces.get(i).task()] += losses.get(i);
        }
    }

    /** Adds the passes' time to the profile: workers compute side by side, so the mean over them. */
    static void profile(List<Passes> passes, int workers, Profiler profiler) {
        long forward = passes.stream().mapToLong(Passes::forwardNanos).sum();
        long backward = passes.stream().mapToLong(Passes::backwardNanos).sum();
        profiler.add("forward pass", passes.size(), forward / workers);
        profiler.add("backward pass", passes.size(), backward / workers);
    }
}
