package org.amalgam.statistic;

import org.amalgam.AmalgamException;
import org.amalgam.pool.Model;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Part;
import org.amalgam.run.Run;
import org.amalgam.run.Work;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * One statistic of every model of a pool: taken on training samples, or read from files.
 *
 * @param from folder of the files, in place of samples
 * @param to folder for the files
 */
public record Statistics(Statistic statistic, Samples samples, Optional<Path> from, Optional<Path> to) {

    /** Hands on the statistics of a pool's models, by number. */
    @FunctionalInterface
    public interface Source {
        void each(BiConsumer<Integer, Weights> use);
    }

    /**
     * Hands the models' statistics on, in the pool's order; those of one model are in memory at a time.
     *
     * @param use gets the model's number and its statistic, which ends with the call
     * @return sentences on what the statistics were taken on
     * @throws AmalgamException if the pool has no training data, or files are of other models or data
     */
    public List<String> each(ModelPool pool, Run run, BiConsumer<Integer, Weights> use) {
        return from.isPresent() ? read(from.get(), pool, use) : take(pool, run, use);
    }

    private List<String> take(ModelPool pool, Run run, BiConsumer<Integer, Weights> use) {
        List<Task> tasks = pool.trainingTasks();
        List<List<int[]>> batches = tasks.stream()
                .map(task -> samples.batches(statistic.kind(), task, run))
                .toList();
        for (int k = 0; k < tasks.size(); k++) {
            Model model = pool.experts().get(k);
            try (Scope scope = Scope.open()) {
                Weights values = measured(pool, model, tasks.get(k), batches.get(k), run);
                requireFinite(values, model);
                if (to.isPresent()) {
                    StatisticFile.in(to.get(), statistic, model)
                            .write(statistic, pool.architecture(), model, tasks.get(k), samples, run, values);
                }
                use.accept(k, values);
            }
        }
        return List.of("The " + statistic.describe() + " were taken on training samples of each task: "
                + samples.describe(run) + ".");
    }

    private Weights measured(ModelPool pool, Model model, Task task, List<int[]> batches, Run run) {
        Weights values = run.profiler()
                .part(Part.STATISTICS, () -> statistic.of(pool.architecture(), model.weights(), task, batches, run));
        long samples = batches.stream().mapToLong(rows -> rows.length).sum();
        run.profiler()
                .did(Part.STATISTICS, statistic.passesBack() ? Work.forwardAndBack(samples) : Work.forward(samples));
        return values;
    }

    private List<String> read(Path folder, ModelPool pool, BiConsumer<Integer, Weights> use) {
        Optional<List<Task>> tasks = pool.knownTrainingTasks();
        List<String> names = statistic.names(pool.architecture());
        List<String> samplesOf = new ArrayList<>();
        for (int k = 0; k < pool.experts().size(); k++) {
            int task = k;
            try (Scope scope = Scope.open()) {
                StatisticFile.Read read = StatisticFile.in(
                                folder, statistic, pool.experts().get(k))
                        .read(
                                statistic,
                                pool.architecture(),
                                names,
                                pool.experts().get(k),
                                tasks.map(list -> list.get(task)));
                requireFinite(read.values(), pool.experts().get(k));
                samplesOf.add(read.samples());
                use.accept(k, read.values());
            }
        }
        return List.of("The " + statistic.describe() + " were read from " + folder + ": "
                + String.join("; ", samplesOf.stream().distinct().toList()) + ".");
    }

    private void requireFinite(Weights values, Model model) {
        values.entries().forEach((name, tensor) -> {
            if (!tensor.isFinite()) {
                throw new AmalgamException("the " + statistic.describe() + " of the model " + model.name()
                        + " hold NaN or infinity at " + name + "; the model or its statistics are damaged");
            }
        });
    }
}
