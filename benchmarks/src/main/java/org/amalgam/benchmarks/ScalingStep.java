package org.amalgam.benchmarks;

import org.amalgam.merge.TaskVectors;
import org.amalgam.model.clip.ClipVisionConfig;
import org.amalgam.run.Profiler;
import org.amalgam.run.Run;
import org.amalgam.tensor.Natives;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;

import java.util.Random;

/**
 * Times a layer-wise AdaMerging step of any shape on random weights whose task vectors are held in memory:
 * {@code ScalingStep [tasks] [batch] [steps] [precision] [shape]}, by default 8, 16, 3, 32-true and b32. Prints seconds and
 * resident memory of each step.
 */
public final class ScalingStep {

    private ScalingStep() {}

    public static void main(String[] arguments) {
        int tasks = RandomWork.argument(arguments, 0, 8);
        int batch = RandomWork.argument(arguments, 1, 16);
        int steps = RandomWork.argument(arguments, 2, 3);
        Precision precision = Precision.of(arguments.length > 3 ? arguments[3] : "32-true");
        try (Scope scope = Scope.open()) {
            ClipVisionConfig config = ViTs.of(arguments.length > 4 ? arguments[4] : "b32");
            RandomWork work = new RandomWork(config, tasks, batch, new Random(0));
            TaskVectors vectors = work.vectors(name -> true);
            System.out.printf("resident with models %.2f GB%n", Natives.residentBytes() / 1e9);
            Profiler profiler = new Profiler();
            Run run = RandomWork.run(precision, profiler);
            work.learn(vectors, steps, run);
            RandomWork.print(profiler);
        }
    }
}
