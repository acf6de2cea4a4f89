package org.amalgam.cli.run;

import org.amalgam.adapt.Trace;
import org.amalgam.cli.Console;
import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.Composer;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.method.MergedModel;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.ScoreCache;
import org.amalgam.pool.Task;
import org.amalgam.report.AccuracyTable.Row;
import org.amalgam.report.MethodSection;
import org.amalgam.run.Metrics;
import org.amalgam.run.Profiler;
import org.amalgam.run.Run;
import org.amalgam.run.Workers;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Several methods on one of the embedded model families, whose models and data are opened once. */
final class Session implements AutoCloseable {

    static final Path CACHE = Path.of("outputs", "cache");

    private final BuiltIn builtIn;
    private final String family;
    private final Console console;
    private final Scope scope;
    private final Workplace workplace;
    private final ModelPool pool;
    private final List<Task> tasks;
    private final int batchSize;
    private final Workers workers = Workers.ofThisMachine();

    /**
     * What a method did.
     *
     * @param batchReduced how a mixture does when each batch shares one routing, where that was asked for
     */
    record Outcome(Row row, MethodSection section, Optional<Trace> trace, Optional<Row> batchReduced) {}

    /**
     * Opens models and data.
     *
     * @param family the groups of its pool and its tasks: {@link ZooGroups#ZOO}
     */
    Session(String family, BuiltIn builtIn, Console console) {
        this.builtIn = builtIn;
        this.family = family;
        this.console = console;
        this.scope = Scope.open();
        RunConfig config = compose(List.of("method=simple_average"));
        TaskPoolSettings judged =
                Settings.bind(TaskPoolSettings.class, config.taskpool().node(), "taskpool", family);
        this.workplace = new Workplace(
                Settings.bind(ModelPoolSettings.class, config.modelpool().node(), "modelpool", family),
                judged,
                Folders.ofThisProcess(console),
                CACHE,
                0);
        this.pool = workplace.pool();
        this.tasks = workplace.judgingTasks();
        this.batchSize = judged.batchSize();
    }

    ModelPool pool() {
        return pool;
    }

    List<String> tasks() {
        return tasks.stream().map(Task::name).toList();
    }

    RunConfig compose(List<String> overrides) {
        return new Composer(List.of(), builtIn)
                .compose(with(overrides, "modelpool=" + family, "taskpool=" + family)
                        .toArray(String[]::new));
    }

    /** The zero-shot ancestor and the experts. */
    List<Row> baselines() {
        Judge judge = judge(run(Path.of("outputs"), Metrics.NONE, new Profiler()));
        return List.of(judge.zeroShot(), judge.experts());
    }

    /** Merges and judges; numbers of the steps go into event files in the folder. */
    Outcome merge(String label, List<String> overrides, Path folder) {
        return merge(label, overrides, folder, 0);
    }

    /**
     * Merges and judges, a mixture twice.
     *
     * @param reducedBatch samples that share one routing in the second judgement of a mixture; 0 for none
     */
    Outcome merge(String label, List<String> overrides, Path folder, int reducedBatch) {
        long start = System.nanoTime();
        RunConfig config = compose(overrides);
        MethodChoice choice = MethodChoice.of(config.method());
        boolean batchReduce = config.settings().evaluation().batchReduce();
        Profiler profiler = new Profiler();
        try (Scope inner = Scope.open();
                EventMetrics metrics = new EventMetrics(folder)) {
            Run run = run(folder, metrics, profiler);
            MergedModel merged = choice.method().merge(pool, run).held(workers);
            Optional<Row> reduced = reducedBatch > 0 && merged.network() instanceof MergedModel.Routed
                    ? Optional.of(new Judge(pool, tasks, reducedBatch, new ScoreCache(CACHE), run)
                            .merged(label, merged.network(), true)
                            .row())
                    : Optional.empty();
            Judge.Verdict verdict = judge(run).merged(label, merged.network(), batchReduce);
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Outcome(
                    verdict.row(),
                    Reports.section(label, choice, pool, merged, verdict.routing(), profiler, seconds),
                    merged.trace(),
                    reduced);
        }
    }

    private Judge judge(Run run) {
        return new Judge(pool, tasks, batchSize, new ScoreCache(CACHE), run);
    }

    private Run run(Path folder, Metrics metrics, Profiler profiler) {
        return Run.once(0, Precision.FLOAT32, folder, workers, console, metrics, profiler);
    }

    @Override
    public void close() {
        workers.close();
        workplace.close();
        scope.close();
    }

    /** {@code overrides} and more of them. */
    static List<String> with(List<String> overrides, String... more) {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(List.of(more));
        return all;
    }
}
