package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFolder;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.cli.Console;
import org.amalgam.cli.config.RootSettings;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.method.MergedModel;
import org.amalgam.mixture.RoutingTable;
import org.amalgam.pool.Model;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.ScoreCache;
import org.amalgam.pool.Task;
import org.amalgam.report.AccuracyTable;
import org.amalgam.report.AccuracyTable.Row;
import org.amalgam.report.ModelCard;
import org.amalgam.report.RunReport;
import org.amalgam.run.Part;
import org.amalgam.run.Profiler;
import org.amalgam.run.Run;
import org.amalgam.run.Work;
import org.amalgam.tensor.Scope;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** One run: open, check, merge, judge, write. Every arrow of the architecture's flow is a line of {@link #execute}. */
final class MergeRun {

    private final RunConfig config;
    private final RootSettings settings;
    private final MethodChoice method;
    private final Surroundings around;
    private final Instant started = Instant.now();

    private MergeRun(RunConfig config, Folders folders, Console console) {
        this.config = config;
        this.settings = config.settings();
        this.method = MethodChoice.of(config.method());
        this.around = Surroundings.of(config, folders, console);
    }

    static Optional<Done> execute(RunConfig config, Supplier<Path> place, Folders folders, Console console) {
        MergeRun run = new MergeRun(config, folders, console);
        run.refuseBeforehand();
        run.around.sayWhatComputes();
        Path cache = run.cache();
        try (Scope scope = Scope.open();
                Workplace workplace = run.around.workplace(cache)) {
            return run.execute(workplace, cache, place);
        }
    }

    private Optional<Done> execute(Workplace workplace, Path cache, Supplier<Path> place) {
        ModelPool pool = workplace.pool(method.method());
        List<Task> tasks = workplace.judgingTasks();
        List<Neighbour> beside = beside(pool, tasks);
        Plan plan = Plan.of(method, pool, judging(tasks), config);
        return around.carryOut(plan, RunFolder.SNAPSHOT, place, (run, folder) -> {
            // Again, now that the run's folder is there: it may be the one that was named.
            settings.mergedModelSavePath().ifPresent(AtomicFolder::requirePlace);
            MergedModel merged = merge(pool, tasks, watched(run, pool, tasks, cache));
            Judgement judged = judge(pool, tasks, merged, cache, run);
            Optional<Front> front = merged.front().isEmpty() || tasks.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Front.of(merged.front(), beside, judge(pool, tasks, cache, run), run));
            front.ifPresent(points -> points.write(folder));
            Supplier<RunReport> reported = () -> new Reports(config, method, pool, started)
                    .of(front.map(points -> points.in(merged)).orElse(merged), judged.table(), judged.routing(), run);
            RunReport report = settings.mergedModelSavePath()
                    .map(path -> save(merged, pool, path, reported, run))
                    .orElseGet(reported);
            around.write(report, folder);
            return report;
        });
    }

    /**
     * Merges. What is judged is looked at often, so it is held; what is only saved goes from file to file. A method that looks at
     * weights alone reads every model once, if not more often, and makes one.
     */
    private MergedModel merge(ModelPool pool, List<Task> tasks, Run run) {
        MergedModel merged = run.profiler().part(Part.MERGING, () -> {
            MergedModel made = method.method().merge(pool, run);
            MergedModel seen = tasks.isEmpty() ? made : made.held(run.workers());
            if (!isOnlyWritten(seen, tasks)) {
                seen.network().requireFinite(run.workers());
            }
            return seen;
        });
        boolean looksAtSamples = method.method().usesData() || method.method().usesTrainingData();
        if (!looksAtSamples && merged.network() instanceof MergedModel.Dense dense) {
            long read = pool.models().stream().mapToLong(Model::bytes).sum();
            long written = dense.weights().isHeld() ? pool.architecture().elements() * Float.BYTES : 0;
            run.profiler().did(Part.MERGING, Work.moved(read, written));
        }
        return merged;
    }

    /** What is computed while it is written is looked at there. A merge that is neither judged nor saved is a trial of the models. */
    private boolean isOnlyWritten(MergedModel merged, List<Task> tasks) {
        return tasks.isEmpty()
                && settings.mergedModelSavePath().isPresent()
                && merged.network() instanceof MergedModel.Dense;
    }

    /** How the result is to be judged, as far as it is known: no data set is opened to check. */
    private Plan.Judging judging(List<Task> opened) {
        return new Plan.Judging(
                around.judged().judges(),
                around.judged().baselines(),
                opened.stream().mapToLong(Task::size).sum());
    }

    /** A method's own {@code cache_dir}, or {@code outputs}; heads and scores lie in a folder of it. */
    private Path cache() {
        Object named = method.settings().get("cache_dir");
        return Path.of(named instanceof String folder ? folder : "outputs", "cache");
    }

    /**
     * Checks whether {@link #execute} would work, from headers and settings, and prints what it finds and what a run would take.
     *
     * @return whether it would
     */
    static boolean check(RunConfig config, Folders folders, Console console) {
        MergeRun run = new MergeRun(config, folders, console);
        run.refuseBeforehand();
        try (Scope scope = Scope.open();
                Workplace workplace = run.around.workplace(run.cache())) {
            Check check = Check.of(workplace.compatibility(), run.method, run.judging(List.of()), config);
            check.print(console);
            return check.conflicts().isEmpty();
        }
    }

    private void refuseBeforehand() {
        around.refuseResumeOfNothing();
        refuseExistingOutputs();
        refuseIdleMilestones();
        Neighbour.all(settings.evaluation().beside());
    }

    /** Hours of work must not end at a folder that is in the way. */
    private void refuseExistingOutputs() {
        SavedFormat.of(settings);
        settings.mergedModelSavePath().ifPresent(model -> {
            AtomicFolder.requirePlace(model);
            settings.reportSavePath().filter(report -> isSame(model, report)).ifPresent(same -> {
                throw new AmalgamException("merged_model_save_path and report_save_path: both are " + same
                        + "; one is a folder and the other a file, give them two names");
            });
        });
        around.refuseExistingReport();
    }

    private static boolean isSame(Path one, Path other) {
        return one.toAbsolutePath().normalize().equals(other.toAbsolutePath().normalize());
    }

    private void refuseIdleMilestones() {
        int every = settings.evaluation().every();
        if (every < 0) {
            throw new AmalgamException("evaluation.every: expected a number of steps, 0 for never, found " + every);
        }
        if (every > 0 && !around.judged().judges()) {
            throw new AmalgamException(
                    "evaluation.every: taskpool=" + config.taskpool().name()
                            + " has no test_datasets to judge by; choose another task pool, or give evaluation.every=0");
        }
    }

    /** What will stand beside a front: read and looked at before anything is learned, so that no mistake costs the learning. */
    private List<Neighbour> beside(ModelPool pool, List<Task> tasks) {
        if (tasks.isEmpty() || method.method().frontSize(pool) == 0) {
            return List.of();
        }
        List<Neighbour> beside = Neighbour.all(settings.evaluation().beside());
        beside.forEach(neighbour -> {
            neighbour.requireFit(pool);
            neighbour.requireJudged(tasks);
        });
        return beside;
    }

    private Run watched(Run run, ModelPool pool, List<Task> tasks, Path cache) {
        int every = settings.evaluation().every();
        return every == 0 ? run : run.with(judge(pool, tasks, cache, run).milestones(every));
    }

    private Judge judge(ModelPool pool, List<Task> tasks, Path cache, Run run) {
        return new Judge(pool, tasks, around.judged().batchSize(), new ScoreCache(cache), run);
    }

    private Judgement judge(ModelPool pool, List<Task> tasks, MergedModel merged, Path cache, Run run) {
        if (tasks.isEmpty()) {
            return new Judgement(AccuracyTable.empty(), new RoutingTable());
        }
        Judge judge = judge(pool, tasks, cache, run);
        List<Row> rows = new ArrayList<>();
        if (around.judged().baselines()) {
            rows.add(judge.zeroShot());
            rows.add(judge.experts());
        }
        Judge.Verdict verdict = judge.merged(
                config.method().name(), merged.network(), settings.evaluation().batchReduce());
        rows.add(verdict.row());
        return new Judgement(new AccuracyTable(tasks.stream().map(Task::name).toList(), rows), verdict.routing());
    }

    private record Judgement(AccuracyTable table, RoutingTable routing) {}

    /** The report is made when the model is written, so that it knows what that took; the model's card is made of it. */
    private RunReport save(MergedModel merged, ModelPool pool, Path path, Supplier<RunReport> reported, Run run) {
        List<RunReport> made = new ArrayList<>();
        AtomicFolder.write(path, partial -> {
            try (Profiler.Clock clock = run.profiler().begin(Part.MERGING)) {
                save(merged.network(), pool, partial, run);
            }
            RunReport report = reported.get();
            made.add(report);
            ModelCard.write(report, report.methods().get(0), pool.writer().loading(), partial);
        });
        return made.get(0);
    }

    private void save(MergedModel.Network network, ModelPool pool, Path folder, Run run) throws IOException {
        if (network instanceof MergedModel.Routed routed) {
            pool.writer()
                    .saveMixture(routed.mixture().weights(), routed.mixture().description(), folder);
        } else if (network instanceof MergedModel.Dense dense) {
            pool.writer().save(dense.weights(), folder, SavedFormat.of(settings), run.workers());
            if (!dense.weights().isHeld()) {
                run.profiler()
                        .did(Part.MERGING, Work.moved(0, Checkpoint.open(folder).bytes()));
            }
        }
    }
}
