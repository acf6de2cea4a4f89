package org.amalgam.benchmarks;

import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Learner;
import org.amalgam.adapt.Objective;
import org.amalgam.merge.LinearMerge;
import org.amalgam.merge.TaskVectors;
import org.amalgam.method.AdaMerging;
import org.amalgam.model.ParameterSpec;
import org.amalgam.model.clip.ClipVisionConfig;
import org.amalgam.pool.Batch;
import org.amalgam.pool.Head;
import org.amalgam.pool.Task;
import org.amalgam.pool.ZeroShotHead;
import org.amalgam.run.Metrics;
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
import java.util.Random;
import java.util.function.Predicate;

/** Random models and tasks in the shapes of the eight-task benchmark, and a run that prints what each step took. */
record RandomWork(ClipVisionConfig config, int tasks, int batch, Random random) {

    private static final int[] CLASSES = {397, 196, 45, 10, 10, 43, 10, 47};
    private static final int PROJECTION = 512;

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

    static int argument(String[] arguments, int index, int otherwise) {
        return arguments.length > index ? Integer.parseInt(arguments[index]) : otherwise;
    }

    static Run run(Precision precision, Profiler profiler) {
        return Run.once(
                0,
                precision,
                Path.of("."),
                Workers.ofThisMachine(),
                (what, total) -> new StepTimes(),
                Metrics.NONE,
                profiler);
    }

    /** An ancestor and task vectors of those parameters. */
    TaskVectors vectors(Predicate<String> parameters) {
        Map<String, Tensor> ancestor = new LinkedHashMap<>();
        Map<String, Tensor> matrices = new LinkedHashMap<>();
        for (ParameterSpec spec : config.parameters()) {
            if (!parameters.test(spec.name())) {
                continue;
            }
            try (Scope scope = Scope.open()) {
                ancestor.put(spec.name(), scope.keep(parameter(spec)));
                matrices.put(spec.name(), scope.keep(Tensors.normal(random.nextLong(), 1e-3, tasks, spec.elements())));
            }
        }
        return new TaskVectors(new Weights(ancestor), new Weights(matrices));
    }

    /** One model's parameters of those names. */
    Weights model(Predicate<String> parameters) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        config.parameters().stream()
                .filter(spec -> parameters.test(spec.name()))
                .forEach(spec -> tensors.put(spec.name(), parameter(spec)));
        return new Weights(tensors);
    }

    private Tensor parameter(ParameterSpec spec) {
        long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
        boolean norm = spec.name().matches(".*(norm|layer_norm[12]|layrnorm)\\.weight");
        return norm ? Tensor.full(1, shape) : Tensors.normal(random.nextLong(), 0.02, shape);
    }

    /** A batch of random images. */
    Tensor images(int samples) {
        return Tensors.normal(random.nextLong(), 1, samples, 3, config.imageSize(), config.imageSize());
    }

    /** One batch and one head a task. */
    List<Task> data() {
        Tensor projection = Tensors.normal(
                random.nextLong(), 1.0 / 28, PROJECTION, config.transformer().width());
        List<Task> data = new ArrayList<>();
        for (int k = 0; k < tasks; k++) {
            int classes = CLASSES[k % CLASSES.length];
            Tensor names = Tensors.normal(random.nextLong(), 1, classes, PROJECTION);
            data.add(new RandomTask(
                    "task_" + k,
                    new Batch(images(batch), Tensor.of(new long[batch], batch)),
                    new ZeroShotHead(projection, names.div(names.norm(-1)), 100)));
        }
        return data;
    }

    /** Layer-wise AdaMerging of that merge on {@link #data}, for so many steps. */
    void learn(LinearMerge merge, int steps, Run run) {
        Learner learner = Settings.defaults(AdaMerging.class).learner(merge, config);
        int microBatch = run.microBatch(config.activationBytes());
        System.out.println("micro-batches of " + microBatch + " images");
        new Adaptation("adam", 1e-3, batch, steps, false, microBatch).learn(learner, Objective.ENTROPY, data(), run);
    }

    /** Prints where the time went. */
    static void print(Profiler profiler) {
        profiler.entries()
                .forEach(e -> System.out.printf(
                        "%-20s %4d calls %8.3f s each%n", e.action(), e.calls(), e.seconds() / e.calls()));
    }

    /** Prints what each step took, and the most memory so far, as the peers do. */
    private static final class StepTimes implements Progress {
        private long last = System.nanoTime();

        @Override
        public void step(long done, String status) {
            long now = System.nanoTime();
            System.out.printf(
                    "step %d total %.2f s, resident %.2f GB, %s%n",
                    done - 1, (now - last) / 1e9, Natives.peakResidentBytes() / 1e9, status);
            last = now;
        }

        @Override
        public void close() {}
    }
}
