package org.amalgam.benchmarks;

import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Learner;
import org.amalgam.adapt.Objective;
import org.amalgam.merge.TaskVectors;
import org.amalgam.method.AdaMerging;
import org.amalgam.model.ParameterSpec;
import org.amalgam.model.clip.ClipVisionConfig;
import org.amalgam.pool.Batch;
import org.amalgam.pool.Head;
import org.amalgam.pool.Task;
import org.amalgam.pool.ZeroShotHead;
import org.amalgam.run.Metrics;
import org.amalgam.run.Milestones;
import org.amalgam.run.Profiler;
import org.amalgam.run.Progress;
import org.amalgam.run.Run;
import org.amalgam.run.Workers;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Natives;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Times a layer-wise AdaMerging step on ViT-B/32-shaped random weights: {@code AdaMergingStep [tasks] [batch] [steps]
 * [precision]}, by default 8, 16, 3 and 32-true. Prints seconds and resident memory of each step.
 */
public final class AdaMergingStep {

    private static final int[] CLASSES = {397, 196, 45, 10, 10, 43, 10, 47};
    private static final int PROJECTION = 512;

    private AdaMergingStep() {}

    private record RandomTask(String name, Batch all, Head head) implements Task {
        @Override
        public int size() {
            return all.samples();
        }

        @Override
        public Batch batch(int[] rows) {
            return all;
        }

        @Override
        public String fingerprint() {
            return name;
        }
    }

    public static void main(String[] arguments) {
        int tasks = argument(arguments, 0, 8);
        int batch = argument(arguments, 1, 16);
        int steps = argument(arguments, 2, 3);
        Precision precision = Precision.of(arguments.length > 3 ? arguments[3] : "32-true");
        try (Scope scope = Scope.open()) {
            Random random = new Random(0);
            ClipVisionConfig config = ViTs.b32();
            TaskVectors vectors = vectors(config, tasks, random);
            System.out.printf("resident with models %.2f GB%n", Natives.residentBytes() / 1e9);
            Profiler profiler = new Profiler();
            Run run = new Run(
                    0,
                    precision,
                    false,
                    Path.of("."),
                    "benchmark",
                    Optional.empty(),
                    Run.ACTIVATION_BYTES,
                    Workers.ofThisMachine(),
                    (what, total) -> new StepTimes(),
                    Metrics.NONE,
                    profiler,
                    Milestones.NONE);
            Learner learner = Settings.defaults(AdaMerging.class).learner(vectors, config);
            int microBatch = (int) Math.max(
                    1,
                    run.activationBytes()
                            / (config.activationBytes() * run.workers().count()));
            System.out.println("micro-batches of " + microBatch + " images");
            new Adaptation("adam", 1e-3, batch, steps, false, microBatch)
                    .learn(learner, Objective.ENTROPY, data(config, tasks, batch, random), run);
            profiler.entries()
                    .forEach(e -> System.out.printf(
                            "%-20s %4d calls %8.3f s each%n", e.action(), e.calls(), e.seconds() / e.calls()));
        }
    }

    private static int argument(String[] arguments, int index, int otherwise) {
        return arguments.length > index ? Integer.parseInt(arguments[index]) : otherwise;
    }

    private static TaskVectors vectors(ClipVisionConfig config, int tasks, Random random) {
        Map<String, Tensor> ancestor = new LinkedHashMap<>();
        Map<String, Tensor> matrices = new LinkedHashMap<>();
        for (ParameterSpec spec : config.parameters()) {
            try (Scope scope = Scope.open()) {
                long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
                boolean norm = spec.name().matches(".*(norm|layer_norm[12]|layrnorm)\\.weight");
                Tensor theta = norm ? Tensor.full(1, shape) : Tensors.normal(random.nextLong(), 0.02, shape);
                ancestor.put(spec.name(), scope.keep(theta));
                matrices.put(spec.name(), scope.keep(Tensors.normal(random.nextLong(), 1e-3, tasks, spec.elements())));
            }
        }
        return new TaskVectors(new Weights(ancestor), new Weights(matrices));
    }

    private static List<Task> data(ClipVisionConfig config, int tasks, int batch, Random random) {
        Tensor projection = Tensors.normal(
                random.nextLong(), 1.0 / 28, PROJECTION, config.transformer().width());
        List<Task> data = new ArrayList<>();
        for (int k = 0; k < tasks; k++) {
            int classes = CLASSES[k % CLASSES.length];
            Tensor names = Tensors.normal(random.nextLong(), 1, classes, PROJECTION);
            Tensor images = Tensors.normal(random.nextLong(), 1, batch, 3, config.imageSize(), config.imageSize());
            data.add(new RandomTask(
                    "task_" + k,
                    new Batch(images, Tensor.of(new long[batch], batch)),
                    new ZeroShotHead(projection, names.div(names.norm(-1)), 100)));
        }
        return data;
    }

    /** Prints what each step took. */
    private static final class StepTimes implements Progress {
        private long last = System.nanoTime();

        @Override
        public void step(long done, String status) {
            long now = System.nanoTime();
            System.out.printf(
                    "step %d total %.2f s, resident %.2f GB, %s%n",
                    done - 1, (now - last) / 1e9, Natives.residentBytes() / 1e9, status);
            last = now;
        }

        @Override
        public void close() {}
    }
}
