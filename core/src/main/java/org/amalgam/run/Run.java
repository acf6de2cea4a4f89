package org.amalgam.run;

import org.amalgam.tensor.Precision;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * What a method may know of the run that it is part of. Random draws come from generators named by (seed, purpose), never from
 * here.
 *
 * @param seed names every generator; 0 unless given
 * @param precision of the network's forward and backward passes
 * @param fastDevRun one step of everything, to see that a run would work
 * @param folder of this run: relative paths in settings are meant in it
 * @param identity hash of the inputs and settings: a snapshot of another identity is not taken up
 * @param snapshot where an adaptation keeps its state, and from where it goes on if the file exists; empty keeps none
 * @param activationBytes native memory that activations may take, those of all workers together
 * @param workers the threads that samples are shared out among
 * @param progress display of long work
 * @param metrics receives each step's numbers
 * @param profiler receives where the time goes
 * @param milestones when an adaptation's network is looked at on the way
 */
public record Run(
        long seed,
        Precision precision,
        boolean fastDevRun,
        Path folder,
        String identity,
        Optional<Path> snapshot,
        long activationBytes,
        Workers workers,
        ProgressFactory progress,
        Metrics metrics,
        Profiler profiler,
        Milestones milestones) {

    /** In a run's folder: the composed configuration. */
    public static final String CONFIG = "config.yaml";

    /** In a run's folder: how it was commanded. */
    public static final String COMMAND = "run.json";

    /** In a run's folder: the result for programs. */
    public static final String REPORT = "report.json";

    /** In a run's folder: the result for people. */
    public static final String PAGE = "report.html";

    /** Activations may take 1 GiB unless a setting says otherwise. */
    public static final long ACTIVATION_BYTES = 1L << 30;

    /**
     * Samples that each worker may compute at once, at least 1.
     *
     * @param sampleBytes of one sample's activations
     */
    public int microBatch(long sampleBytes) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, activationBytes / sampleBytes / workers.count()));
    }

    /** Does all the work on the workers, as {@link Workers#deal}, and shows how much of it is done. */
    public <T, R> List<R> deal(String what, List<T> items, BiFunction<Integer, T, R> work) {
        AtomicLong done = new AtomicLong();
        try (Progress shown = progress.progress(what, items.size())) {
            return workers.deal(items, (worker, item) -> {
                R result = work.apply(worker, item);
                synchronized (shown) {
                    shown.step(done.incrementAndGet(), "");
                }
                return result;
            });
        }
    }

    /** A run of the library, without a command line: float32, nothing displayed, nothing saved on the way. */
    public static Run quiet(long seed, Path folder) {
        return once(
                seed,
                Precision.FLOAT32,
                folder,
                Workers.ofThisMachine(),
                ProgressFactory.NONE,
                Metrics.NONE,
                new Profiler());
    }

    /** A run of which nothing is saved on the way and which is not looked at, in the memory that is usual. */
    public static Run once(
            long seed,
            Precision precision,
            Path folder,
            Workers workers,
            ProgressFactory progress,
            Metrics metrics,
            Profiler profiler) {
        return new Run(
                seed,
                precision,
                false,
                folder,
                "",
                Optional.empty(),
                ACTIVATION_BYTES,
                workers,
                progress,
                metrics,
                profiler,
                Milestones.NONE);
    }

    /** The same run, whose adaptation is looked at on the way. */
    public Run with(Milestones watched) {
        return new Run(
                seed,
                precision,
                fastDevRun,
                folder,
                identity,
                snapshot,
                activationBytes,
                workers,
                progress,
                metrics,
                profiler,
                watched);
    }

    /** Where a file that a setting names is meant: in the run's folder unless it is {@link #isOutside}. */
    public Path file(String name) {
        return isOutside(name) ? Path.of(name) : folder.resolve(name);
    }

    /** Whether a setting's name of a file is a path of its own and not meant in the run's folder: it begins with / or a dot. */
    public static boolean isOutside(String name) {
        return name.startsWith("/") || name.startsWith(".");
    }

    /** Whether the run itself keeps something in that file: how it was commanded, how far it is, what came of it. */
    public boolean isOwn(Path file) {
        Stream<Path> own = Stream.of(CONFIG, COMMAND, REPORT, PAGE).map(folder::resolve);
        return Stream.concat(snapshot.stream(), own).map(Run::place).anyMatch(place(file)::equals);
    }

    private static Path place(Path file) {
        return file.toAbsolutePath().normalize();
    }
}
