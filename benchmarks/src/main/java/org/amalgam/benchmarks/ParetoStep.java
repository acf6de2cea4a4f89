package org.amalgam.benchmarks;

import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Aggregation;
import org.amalgam.adapt.Objective;
import org.amalgam.method.ParetoExactOptimum;
import org.amalgam.method.ParetoLinearScalarisation;
import org.amalgam.method.PreferenceMerge;
import org.amalgam.model.clip.ClipVisionConfig;
import org.amalgam.pareto.Dirichlet;
import org.amalgam.pareto.Preference;
import org.amalgam.pareto.PreferenceRouter;
import org.amalgam.run.Profiler;
import org.amalgam.run.Run;
import org.amalgam.tensor.Natives;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Times a PWEMoE step with routers of two layers on ViT-B/32-shaped random weights: {@code ParetoStep [tasks] [batch] [steps]
 * [precision] [ls|epo]}, by default 2, 16, 3, 32-true and ls. Prints seconds and resident memory of each step.
 */
public final class ParetoStep {

    private ParetoStep() {}

    public static void main(String[] arguments) {
        int tasks = RandomWork.argument(arguments, 0, 2);
        int batch = RandomWork.argument(arguments, 1, 16);
        int steps = RandomWork.argument(arguments, 2, 3);
        Precision precision = Precision.of(arguments.length > 3 ? arguments[3] : "32-true");
        boolean exact = arguments.length > 4 && arguments[4].equals("epo");
        try (Scope scope = Scope.open()) {
            ClipVisionConfig config = ViTs.b32();
            RandomWork work = new RandomWork(config, tasks, batch, new Random(0));
            Set<String> upscaled = new HashSet<>();
            config.feedForwards().forEach(layer -> upscaled.addAll(layer.parameters()));
            config.attentions().forEach(layer -> upscaled.addAll(layer.parameters()));
            PreferenceRouter router = new PreferenceRouter(2, tasks, 0.3);
            PreferenceMerge model = PreferenceMerge.of(
                    router, config, work.model(name -> !upscaled.contains(name)), work.vectors(upscaled::contains));
            Weights start = router.start(model.names(), new Random(0));
            System.out.printf("resident with models %.2f GB%n", Natives.residentBytes() / 1e9);
            Profiler profiler = new Profiler();
            Run run = RandomWork.run(precision, profiler);
            int microBatch = run.microBatch(config.activationBytes());
            Dirichlet rays = new Dirichlet(tasks, 1, 0);
            Aggregation aggregation =
                    exact ? ParetoExactOptimum.aggregation(rays::at) : ParetoLinearScalarisation.aggregation(rays::at);
            new Adaptation("adam", 1e-3, batch, steps, false, microBatch)
                    .learn(
                            model.learner(start, rays::at, Preference.equal(tasks)),
                            Objective.CROSS_ENTROPY,
                            aggregation,
                            work.data(),
                            run);
            RandomWork.print(profiler);
        }
    }
}
