package org.amalgam.benchmarks;

import org.amalgam.merge.LinearMerge;
import org.amalgam.model.clip.ClipVisionConfig;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Profiler;
import org.amalgam.run.Run;
import org.amalgam.tensor.Natives;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;

import java.nio.file.Path;
import java.util.Random;

/**
 * Times a layer-wise AdaMerging step on {@link ModelFiles}: {@code AdaMergingStep FOLDER [tasks] [batch] [steps] [precision]},
 * by default 8, 16, 3 and 32-true. Prints seconds and resident memory of each step, and the largest so far of all.
 */
public final class AdaMergingStep {

    private AdaMergingStep() {}

    public static void main(String[] arguments) {
        int tasks = RandomWork.argument(arguments, 1, 8);
        int batch = RandomWork.argument(arguments, 2, 16);
        int steps = RandomWork.argument(arguments, 3, 3);
        Precision precision = Precision.of(arguments.length > 4 ? arguments[4] : "32-true");
        ModelFiles models = new ModelFiles(Path.of(arguments[0]), tasks);
        models.writeIfMissing();
        try (Scope scope = Scope.open()) {
            ClipVisionConfig config = ViTs.b32();
            RandomWork work = new RandomWork(config, tasks, batch, new Random(0));
            Profiler profiler = new Profiler();
            Run run = RandomWork.run(precision, profiler);
            LinearMerge merge = models.open(ModelPool.none("train_datasets")).linearMerge(run.workers());
            System.out.printf("resident with models %.2f GB%n", Natives.residentBytes() / 1e9);
            work.learn(merge, steps, run);
            RandomWork.print(profiler);
        }
    }
}
