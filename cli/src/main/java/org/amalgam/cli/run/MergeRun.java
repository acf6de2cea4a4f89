package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.checkpoint.AtomicFolder;
import org.amalgam.cli.Console;
import org.amalgam.cli.config.FabricSettings;
import org.amalgam.cli.config.RootSettings;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.method.MergedModel;
import org.amalgam.mixture.RoutingTable;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.ScoreCache;
import org.amalgam.pool.Task;
import org.amalgam.report.AccuracyTable;
import org.amalgam.report.AccuracyTable.Row;
import org.amalgam.report.HtmlReport;
import org.amalgam.report.JsonReport;
import org.amalgam.report.MethodSection;
import org.amalgam.report.ModelCard;
import org.amalgam.report.RunReport;
import org.amalgam.run.Profiler;
import org.amalgam.run.Run;
import org.amalgam.run.Workers;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Settings;
import org.amalgam.settings.Source;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** One run: open, check, merge, judge, write. Every arrow of the architecture's flow is a line of {@link #execute}. */
final class MergeRun {

    private final RunConfig config;
    private final Console console;
    private final RootSettings settings;
    private final MethodChoice method;
    private final ModelPoolSettings models;
    private final TaskPoolSettings judged;
    private final Instant started = Instant.now();

    private MergeRun(RunConfig config, Console console) {
        this.config = config;
        this.console = console;
        this.settings = config.settings();
        this.method = MethodChoice.of(config.method());
        this.models = Settings.bind(
                ModelPoolSettings.class,
                config.modelpool().node(),
                "modelpool",
                config.modelpool().name());
        this.judged = Settings.bind(
                TaskPoolSettings.class,
                config.taskpool().node(),
                "taskpool",
                config.taskpool().name());
    }

    /** A finished run's report, and the folder that it is written to. */
    record Done(RunReport report, Path folder) {}

    static void execute(RunConfig config, Folders folders, Console console) {
        execute(config, () -> RunFolder.of(config), folders, console).ifPresent(done -> new Summary(console)
                .print(done.report(), done.folder(), config.settings().mergedModelSavePath()));
    }

    /**
     * As above, in a folder that is made when the plan stands, and without a word on the result; nothing of a dry run.
     *
     * @throws AmalgamException if the user can mend what went wrong
     */
    static Optional<Done> execute(RunConfig config, Supplier<Path> folder, Folders folders, Console console) {
        MergeRun run = new MergeRun(config, console);
        run.refuseExistingOutputs();
        run.sayWhatComputes();
        Path cache = run.cache();
        try (Scope scope = Scope.open();
                Workplace workplace = new Workplace(run.models, run.judged, folders, cache)) {
            return run.execute(workplace, cache, folder);
        }
    }

    private Optional<Done> execute(Workplace workplace, Path cache, Supplier<Path> place) {
        ModelPool pool = workplace.pool(method.method().usesData());
        List<Task> tasks = workplace.judgingTasks();
        Plan plan = Plan.of(method, pool, tasks, config);
        plan.lines().forEach(line -> console.item(line.label(), line.text()));
        if (settings.dryRun()) {
            return Optional.empty();
        }
        Path folder = place.get();
        console.item("run", folder.toString());
        if (settings.resume().isEmpty()) {
            AtomicFile.write(folder.resolve("config.yaml"), config.yaml());
            RunFile.of(config).write(folder);
        }
        try {
            return Optional.of(new Done(mergeAndJudge(pool, tasks, plan, cache, folder), folder));
        } catch (AmalgamException e) {
            RunFolder.discardUnlessResumable(folder);
            throw e;
        }
    }

    private RunReport mergeAndJudge(ModelPool pool, List<Task> tasks, Plan plan, Path cache, Path folder) {
        Profiler profiler = new Profiler();
        try (EventMetrics metrics = new EventMetrics(folder);
                Workers workers = settings.threads().map(Workers::of).orElseGet(Workers::ofThisMachine)) {
            Run run = new Run(
                    settings.seed(),
                    Precision.of(settings.fabric().precision()),
                    settings.fastDevRun(),
                    folder,
                    plan.identity(),
                    Optional.of(folder.resolve(RunFolder.SNAPSHOT)),
                    plan.activationBytes(),
                    workers,
                    console,
                    metrics,
                    profiler);
            MergedModel merged = method.method().merge(pool, run);
            Judgement judged = judge(pool, tasks, merged, cache, run);
            RunReport report =
                    new Reports(config, method, pool, plan, started).of(merged, judged.table(), judged.routing(), run);
            write(report, pool, merged, folder);
            return report;
        }
    }

    /** A command line made for another machine runs here on what there is. */
    private void sayWhatComputes() {
        FabricSettings fabric = settings.fabric();
        boolean elsewhere = !List.of("auto", "cpu").contains(fabric.accelerator())
                || !fabric.devices().equals("1");
        if (elsewhere) {
            console.item(
                    "device",
                    "the processor of this machine, instead of accelerator " + fabric.accelerator() + ", devices "
                            + fabric.devices());
        }
    }

    /** A method's own {@code cache_dir}, or {@code outputs}; heads and scores lie in a folder of it. */
    private Path cache() {
        Object named = method.settings().get("cache_dir");
        return Path.of(named instanceof String folder ? folder : "outputs", "cache");
    }

    /** The type that {@code merged_model_save_kwargs} asks for, under either of transformers' names. */
    private Optional<String> savedType() {
        MapNode arguments = settings.mergedModelSaveKwargs().orElse(MapNode.empty(Source.DEFAULTS));
        arguments.entries().keySet().stream()
                .filter(key -> !List.of("dtype", "torch_dtype").contains(key))
                .findFirst()
                .ifPresent(key -> {
                    throw new AmalgamException("merged_model_save_kwargs." + key + " is not offered; dtype is");
                });
        return arguments.text("dtype").or(() -> arguments.text("torch_dtype"));
    }

    /** Hours of work must not end at a folder that is in the way. */
    private void refuseExistingOutputs() {
        savedType();
        settings.mergedModelSavePath().ifPresent(AtomicFolder::requireAbsent);
        settings.reportSavePath().filter(Files::exists).ifPresent(path -> {
            throw new AmalgamException(
                    "report_save_path: " + path + " exists and is not overwritten; name another file or remove it");
        });
    }

    private Judgement judge(ModelPool pool, List<Task> tasks, MergedModel merged, Path cache, Run run) {
        if (tasks.isEmpty()) {
            return new Judgement(AccuracyTable.empty(), new RoutingTable());
        }
        Judge judge = new Judge(pool, tasks, judged.batchSize(), new ScoreCache(cache), run);
        List<Row> rows = new ArrayList<>();
        if (judged.baselines()) {
            rows.add(judge.zeroShot());
            rows.add(judge.experts());
        }
        Judge.Verdict verdict = judge.merged(
                config.method().name(), merged.network(), settings.evaluation().batchReduce());
        rows.add(verdict.row());
        return new Judgement(new AccuracyTable(tasks.stream().map(Task::name).toList(), rows), verdict.routing());
    }

    private record Judgement(AccuracyTable table, RoutingTable routing) {}

    private void save(MergedModel.Network network, ModelPool pool, Path folder) throws IOException {
        if (network instanceof MergedModel.Routed routed) {
            pool.saveMixture(routed.mixture().weights(), routed.mixture().description(), folder);
        } else if (network instanceof MergedModel.Dense dense) {
            pool.save(dense.weights(), folder, savedType());
        }
    }

    private void write(RunReport report, ModelPool pool, MergedModel merged, Path folder) {
        JsonReport.write(report, folder.resolve("report.json"));
        HtmlReport.write(report, folder.resolve("report.html"));
        settings.reportSavePath().ifPresent(path -> JsonReport.write(report, path));
        MethodSection section = report.methods().get(0);
        settings.mergedModelSavePath()
                .ifPresent(path -> AtomicFolder.write(path, partial -> {
                    save(merged.network(), pool, partial);
                    ModelCard.write(report, section, partial);
                }));
    }
}
