package org.amalgam.benchmarks;

import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Objective;
import org.amalgam.method.RouterLearning;
import org.amalgam.method.Upscale;
import org.amalgam.method.WeightEnsemblingMoE;
import org.amalgam.mixture.Experts;
import org.amalgam.mixture.RouterSpec;
import org.amalgam.mixture.RoutingObserver;
import org.amalgam.mixture.Upscaled;
import org.amalgam.model.Encoder;
import org.amalgam.model.FeedForwardSpec;
import org.amalgam.model.LinearSpec;
import org.amalgam.model.clip.ClipVisionConfig;
import org.amalgam.run.Profiler;
import org.amalgam.run.Run;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Natives;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Times a WEMoE step with routers of two layers on ViT-B/32-shaped random weights, then the evaluation of images with a routing
 * each, beside a plain model: {@code WeightEnsemblingStep [tasks] [batch] [steps] [precision]}, by default 8, 16, 2 and 32-true.
 */
public final class WeightEnsemblingStep {

    /** Batches that an evaluation passes. */
    private static final int BATCHES = 8;

    private WeightEnsemblingStep() {}

    public static void main(String[] arguments) {
        int tasks = RandomWork.argument(arguments, 0, 8);
        int batch = RandomWork.argument(arguments, 1, 16);
        int steps = RandomWork.argument(arguments, 2, 2);
        Precision precision = Precision.of(arguments.length > 3 ? arguments[3] : "32-true");
        try (Scope scope = Scope.open()) {
            ClipVisionConfig config = ViTs.b32();
            RandomWork work = new RandomWork(config, tasks, batch, new Random(0));
            Upscale upscale = Settings.defaults(WeightEnsemblingMoE.class).form();
            Upscaled model = model(work, upscale);
            RouterSpec spec = new RouterSpec(2, config.transformer().width(), tasks, 0.3, false, 0);
            Weights start = spec.start(model.names(), new Random(0));
            System.out.printf("resident with models %.2f GB%n", Natives.residentBytes() / 1e9);
            Profiler profiler = new Profiler();
            Run run = RandomWork.run(precision, profiler);
            if (steps > 0) {
                new Adaptation("adam", 1e-4, batch, steps, false, batch)
                        .learn(
                                RouterLearning.learner(upscale, model, spec, start),
                                Objective.ENTROPY,
                                work.data(),
                                run);
            }
            List<Tensor> images = new ArrayList<>();
            for (int i = 0; i < BATCHES; i++) {
                images.add(work.images(batch));
            }
            rate("a routing a sample", model.encoder(spec, start, false, RoutingObserver.NONE), images, run);
            rate("plain model", config.encoder(work.model(name -> true)), images, run);
            System.out.printf("largest resident %.2f GB%n", Natives.peakResidentBytes() / 1e9);
            RandomWork.print(profiler);
        }
    }

    private static Upscaled model(RandomWork work, Upscale upscale) {
        Set<String> names = new HashSet<>();
        List<Upscaled.Upscaling> layers = new ArrayList<>();
        for (FeedForwardSpec layer : work.config().feedForwards()) {
            names.addAll(layer.parameters());
            layers.add(new Upscaled.Upscaling(
                    layer, experts(work, upscale, layer.up()), experts(work, upscale, layer.down())));
        }
        return new Upscaled(work.config(), work.model(name -> !names.contains(name)), layers);
    }

    private static Experts experts(RandomWork work, Upscale upscale, LinearSpec map) {
        try (Scope scope = Scope.open()) {
            Experts experts = upscale.form()
                    .experts(work.vectors(name -> name.equals(map.weight()) || name.equals(map.bias())), map);
            scope.keep(experts.tensors(map.name()));
            return experts;
        }
    }

    /** Images a second, the batches dealt to the workers; the first round is not counted. */
    private static void rate(String what, Encoder encoder, List<Tensor> images, Run run) {
        try (Scope scope = Scope.open()) {
            Encoder rounded = encoder.rounded(run.precision().operands());
            for (int round = 0; round < 2; round++) {
                long start = System.nanoTime();
                run.workers().deal(images, (worker, batch) -> {
                    try (Scope pass = Scope.open();
                            Autograd.Off off = Autograd.off()) {
                        return run.precision()
                                .run(() -> rounded.features(batch))
                                .elements();
                    }
                });
                long samples = images.stream().mapToLong(batch -> batch.size(0)).sum();
                if (round > 0) {
                    System.out.printf("%s %.2f images/s%n", what, samples / ((System.nanoTime() - start) / 1e9));
                }
            }
        }
    }
}
