package org.amalgam.benchmarks;

import org.amalgam.method.AdaSvd;
import org.amalgam.pool.Batch;
import org.amalgam.pool.Head;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Metrics;
import org.amalgam.run.Profiler;
import org.amalgam.run.ProgressFactory;
import org.amalgam.run.Run;
import org.amalgam.run.Workers;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Natives;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Times a whole merge by AdaSVD of eight {@link ModelFiles} and random images: {@code AdaSvdMerge FOLDER [samples] [precision]}.
 * Prints seconds, from the
 * opening of the checkpoints to the merged model, and the largest resident memory of the process so far.
 */
public final class AdaSvdMerge {

    private static final int TASKS = 8;

    private AdaSvdMerge() {}

    /** Images that are drawn when they are asked for: what is timed does not decode. */
    private record RandomImages(String name, int size) implements Task {
        @Override
        public Head head() {
            throw new IllegalStateException("no head is asked for");
        }

        @Override
        public Batch batch(int[] rows) {
            return new Batch(
                    Tensor.stack(Arrays.stream(rows)
                            .mapToObj(row -> Tensors.normal(name.hashCode() * 31L + row, 1, 3, 224, 224))
                            .toList()),
                    Tensor.of(new long[rows.length], rows.length));
        }

        @Override
        public String fingerprint() {
            return name;
        }
    }

    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        int samples = RandomWork.argument(arguments, 1, 256);
        Precision precision = Precision.of(arguments.length > 2 ? arguments[2] : "32-true");
        ModelFiles models = new ModelFiles(folder, TASKS);
        models.writeIfMissing();
        AdaSvd method = Settings.bind(AdaSvd.class, Map.of("num_samples", samples, "device", "cpu"));
        Profiler profiler = new Profiler();
        long start = System.nanoTime();
        try (Scope scope = Scope.open()) {
            List<Task> images = models.names().stream()
                    .<Task>map(name -> new RandomImages(name, samples))
                    .toList();
            ModelPool pool = models.open(() -> images);
            Weights merged = method.merge(pool, run(precision, profiler)).weights();
            System.out.printf(
                    "total %.2f s, %d parameters of %d images, %.2f s of it construction, resident %.2f GB%n",
                    (System.nanoTime() - start) / 1e9,
                    merged.parameters(),
                    samples * TASKS,
                    profiler.entries().stream()
                            .filter(entry -> entry.action().equals("upscale block"))
                            .mapToDouble(Profiler.Entry::seconds)
                            .sum(),
                    Natives.peakResidentBytes() / 1e9);
        }
        RandomWork.print(profiler);
    }

    private static Run run(Precision precision, Profiler profiler) {
        return Run.once(
                0, precision, Path.of("."), Workers.ofThisMachine(), ProgressFactory.NONE, Metrics.NONE, profiler);
    }
}
