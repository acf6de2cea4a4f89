package org.amalgam.adapt;

import org.amalgam.model.Encoder;
import org.amalgam.pool.Batch;
import org.amalgam.pool.Task;
import org.amalgam.run.Part;
import org.amalgam.run.Run;
import org.amalgam.run.Work;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;

/** Forward and backward passes of the batches of a step, under weights that were merged once. */
record Gathering(
        Weights merged,
        Learner learner,
        Objective objective,
        List<? extends Task> tasks,
        List<Batch> batches,
        Run run) {

    /** Whether network or objective compute something over a task's batch. */
    boolean wholeBatches() {
        return learner.wholeBatches() || objective.wholeBatches();
    }

    /**
     * Carries the gradient of the scaled losses back to what the weights were merged from, where it adds up.
     *
     * @param plan micro-batches
     * @param scale of each task's loss
     * @param again whether the merge will be passed once more
     * @param losses to which each task's mean loss is added, unscaled
     */
    void backward(List<List<Piece>> plan, IntToDoubleFunction scale, boolean again, double[] losses) {
        // Leaves of its own for every worker: gradients add up without locks and in an order that is always the same.
        List<Weights> leaves = Stream.generate(merged::learnedLeaves)
                .limit(Math.min(plan.size(), run.workers().count()))
                .toList();
        List<Passes> passes = passes(plan, leaves, scale);
        passes.forEach(pass -> pass.addLossesTo(losses));
        long samples =
                plan.stream().flatMap(List::stream).mapToLong(Piece::samples).sum();
        run.profiler().did(Part.ADAPTING, Work.forwardAndBack(samples));
        Passes.profile(passes, leaves.size(), run.profiler());
        run.profiler().measure("merging weights", () -> run.workers().together(() -> merged.backward(leaves, again)));
    }

    private List<Passes> passes(List<List<Piece>> plan, List<Weights> leaves, IntToDoubleFunction scale) {
        try (Precision.Casts kept = Precision.keepCasts()) {
            return run.workers().deal(plan, (worker, pieces) -> {
                // A network may hold views of its weights, GPT-2's turned matrices for one, which keep their memory.
                try (Scope scope = Scope.open()) {
                    Encoder network = learner.network().apply(leaves.get(worker));
                    return Passes.of(network, pieces, batches, tasks, objective, scale, run.precision());
                }
            });
        }
    }
}
