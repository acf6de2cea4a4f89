package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.cli.config.RootSettings;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.method.Method;
import org.amalgam.method.StaticMethod;
import org.amalgam.pool.Conflict;
import org.amalgam.pool.Model;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Metrics;
import org.amalgam.run.Profiler;
import org.amalgam.run.ProgressFactory;
import org.amalgam.run.Run;
import org.amalgam.run.Workers;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Precision;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What a run is about to do and what it will cost, foreseen from headers and settings.
 *
 * @param lines what the user is told beforehand
 * @param cost what it will read, take and write
 * @param conflicts why it cannot work, though the models fit
 * @param activationBytes native memory that activations may take, those of all workers together
 * @param identity hash of the models and of every setting that the result depends on, which reads the models; empty where
 *     nothing can be resumed
 */
record Plan(List<Line> lines, Cost cost, List<Conflict> conflicts, long activationBytes, Supplier<String> identity) {

    /** Libraries, the virtual machine and its heap, besides the tensors. */
    private static final long BASE_BYTES = 400L << 20;

    /** A line under its label. */
    record Line(String label, String text) {}

    /**
     * Bytes that the run moves and takes.
     *
     * @param read of the models' tensors, each counted once
     * @param peak of memory, the models' mapped pages among it
     * @param own of memory, which does not shrink under pressure: the peak without mapped pages that are used in passing
     * @param time that samples take to pass through networks
     * @param saved where a merged model is to be saved
     */
    record Cost(long read, long peak, long own, Forecast time, Optional<Saved> saved) {}

    /**
     * How the result is judged.
     *
     * @param judges whether it is
     * @param baselines whether the ancestor and the experts are judged beside it
     * @param samples of all tasks; 0 before the data sets are opened
     */
    record Judging(boolean judges, boolean baselines, long samples) {

        /** Samples that pass a network: each of them the merged model, every model of a front, and those beside it. */
        long passes(int front, int milestones) {
            return judges ? samples * (1L + front + milestones + (baselines ? 2 : 0)) : 0;
        }
    }

    /**
     * What is saved.
     *
     * @param bytes of its tensors
     * @param free on the disk that it is written to
     */
    record Saved(Path path, long bytes, long free) {}

    /**
     * The plan of a merge.
     *
     * @param pool that the method was found to fit
     * @throws AmalgamException if such models cannot be judged
     */
    static Plan of(MethodChoice method, ModelPool pool, Judging judging, RunConfig config) {
        if (judging.judges()) {
            pool.architecture().features();
        }
        Line work = new Line(
                "merge",
                "%s of %s into %s (%s parameters, %d tensors)"
                        .formatted(
                                method.method().title(config.work().name()),
                                experts(pool),
                                Folders.name(pool.ancestor().checkpoint().path()),
                                count(pool.architecture().elements()),
                                pool.architecture().parameters().size()));
        Needs needs = new Needs(
                method.method().memory(pool, foreseen(config)),
                method.method().activationBytes(pool),
                method.method() instanceof StaticMethod);
        Optional<Saved> saved = config.settings()
                .mergedModelSavePath()
                .map(path -> new Saved(path, savedBytes(method, pool, config), free(path)));
        Needs whole = judging.judges() ? needs.withHeld(pool).with(roundedBytes(method, pool, config)) : needs;
        return of(work, whole, pool, judging.judges(), forecast(method.method(), pool, judging, config), saved, config);
    }

    private static Forecast forecast(Method method, ModelPool pool, Judging judging, RunConfig config) {
        RootSettings settings = config.settings();
        if (settings.fastDevRun()) {
            return Forecast.NONE;
        }
        Method.Steps steps = method.steps(pool);
        int every = settings.evaluation().every();
        int milestones = every > 0 && steps.count() > 0 ? steps.count() / every + 1 : 0;
        try (Workers workers = Surroundings.workers(settings)) {
            return Forecast.of(
                    steps,
                    judging.passes(method.frontSize(pool), milestones),
                    pool.architecture(),
                    Precision.of(settings.fabric().precision()).operands(),
                    workers);
        }
    }

    /** The run as far as memory depends on it: above all its workers. */
    private static Run foreseen(RunConfig config) {
        return Run.once(
                config.settings().seed(),
                Precision.of(config.settings().fabric().precision()),
                Path.of("."),
                Surroundings.workers(config.settings()),
                ProgressFactory.NONE,
                Metrics.NONE,
                new Profiler());
    }

    /**
     * What the user should know where the run has more memory of its own than is left: it goes on all the same, since another
     * program may give back what it has.
     *
     * @param available on the machine, in bytes; empty where the system does not tell
     */
    Optional<String> shortage(OptionalLong available) {
        if (available.isEmpty() || cost.own() <= available.getAsLong()) {
            return Optional.empty();
        }
        return Optional.of(
                "the run takes about %s of memory of its own and this machine has %s available, so it may be slow or be ended by the"
                                .formatted(size(cost.own()), size(available.getAsLong()))
                        + " system; free some, bound it with memory=, or take fewer threads or smaller batches");
    }

    /** What an evaluation rounds of a mixture, which then stands beside it. */
    private static long roundedBytes(MethodChoice method, ModelPool pool, RunConfig config) {
        DType operands = Precision.of(config.settings().fabric().precision()).operands();
        return operands == DType.F32
                ? 0
                : method.method().mixtureBytes(pool).orElse(0) / Float.BYTES * operands.bytes();
    }

    private static long savedBytes(MethodChoice method, ModelPool pool, RunConfig config) {
        return method.method().mixtureBytes(pool).orElseGet(() -> pool.writer()
                .savedBytes(SavedFormat.of(config.settings())));
    }

    /** On the disk of a folder that need not exist yet. */
    private static long free(Path path) {
        Path there = path.toAbsolutePath();
        while (!Files.exists(there)) {
            there = there.getParent();
        }
        try {
            return Files.getFileStore(there).getUsableSpace();
        } catch (IOException unknown) {
            return Long.MAX_VALUE;
        }
    }

    static Plan of(AnalysisChoice analysis, ModelPool pool, List<Task> tasks, RunConfig config) {
        Line work = new Line(
                "analysis",
                "%s of %s of %s: %s"
                        .formatted(
                                config.work().name(),
                                experts(pool),
                                Folders.name(pool.ancestor().checkpoint().path()),
                                analysis.analysis()
                                        .plan(pool, tasks, config.settings().fastDevRun())));
        return of(
                work,
                new Needs(analysis.analysis().memory(pool, foreseen(config)), 0, false),
                pool,
                !tasks.isEmpty(),
                Forecast.NONE,
                Optional.empty(),
                config);
    }

    /**
     * What the work takes.
     *
     * @param memory native memory besides the mapped models and activations
     * @param activations bytes of them where all samples of a step are computed at once
     * @param passing whether the models' pages are used once, in passing, so that none need stay in memory
     */
    private record Needs(long memory, long activations, boolean passing) {

        /** With the merged model, where it is computed in passing and then held to be judged. */
        Needs withHeld(ModelPool pool) {
            return with(passing ? pool.architecture().elements() * Float.BYTES : 0);
        }

        Needs with(long more) {
            return new Needs(memory + more, activations, passing);
        }
    }

    private static Plan of(
            Line work,
            Needs needs,
            ModelPool pool,
            boolean judges,
            Forecast time,
            Optional<Saved> saved,
            RunConfig config) {
        List<Conflict> conflicts = new ArrayList<>();
        long wanted = needs.activations();
        List<Model> models = pool.models();
        long read =
                models.stream().mapToLong(model -> model.checkpoint().bytes()).sum();
        long activations = Run.ACTIVATION_BYTES;
        long own = BASE_BYTES + needs.memory();
        long without = own + (needs.passing() ? 0 : read);
        long peak = own + read + Math.min(activations, wanted);
        if (config.settings().memory().isPresent()) {
            long limit = config.settings().memory().get().bytes();
            long least = without + Math.min(pool.architecture().activationBytes(), wanted);
            if (limit < least) {
                conflicts.add(new Conflict(
                        "",
                        Conflict.Kind.MEMORY,
                        List.of(),
                        "memory=" + config.settings().memory().get()
                                + " is not enough: the models and one sample take about " + size(least),
                        "allow that much"));
            }
            activations = Math.max(0, Math.min(activations, limit - without));
            peak = Math.min(peak, limit);
        }
        saved.filter(model -> model.bytes() > model.free())
                .ifPresent(model -> conflicts.add(new Conflict(
                        "",
                        Conflict.Kind.DISK,
                        List.of(),
                        "merged_model_save_path: " + model.path() + " takes about " + size(model.bytes()) + ", and "
                                + size(model.free()) + " are free there",
                        "make room, or name a folder on another disk")));
        String duration = time.text(config.settings().resume().isPresent());
        Line cost = new Line(
                "plan",
                "reads %s, peak memory about %s%s%s%s%s"
                        .formatted(
                                size(read),
                                size(peak),
                                needs.passing() ? ", %s of it its own".formatted(size(own)) : "",
                                duration.isEmpty() ? "" : ", " + duration,
                                saved.map(model -> ", writes " + size(model.bytes()))
                                        .orElse(""),
                                judges ? "" : ", judges nothing"));
        return new Plan(
                List.of(work, cost),
                new Cost(read, peak, needs.passing() ? own : peak, time, saved),
                conflicts,
                activations,
                // What is not adapted is never taken up again, and hashing takes longer than merging.
                () -> needs.passing() ? "" : Identity.of(models, config.work().node()));
    }

    /** 1 expert, 6 experts. */
    static String experts(ModelPool pool) {
        int count = pool.experts().size();
        return count == 1 ? "1 expert" : count + " experts";
    }

    /** 87.5 M, 1.2 k. */
    static String count(long number) {
        if (number >= 1_000_000) {
            return String.format(Locale.ROOT, "%.1f M", number / 1e6);
        }
        return number >= 1_000 ? String.format(Locale.ROOT, "%.1f k", number / 1e3) : Long.toString(number);
    }

    /** 62 kB, 13 MB, 2.4 GB. */
    static String size(long bytes) {
        if (bytes < 1_000_000) {
            return String.format(Locale.ROOT, "%.0f kB", Math.ceil(bytes / 1e3));
        }
        return bytes >= 1e9
                ? String.format(Locale.ROOT, "%.1f GB", bytes / 1e9)
                : String.format(Locale.ROOT, "%.0f MB", bytes / 1e6);
    }
}
