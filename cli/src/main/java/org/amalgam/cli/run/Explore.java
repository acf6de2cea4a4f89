package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.cli.Console;
import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.method.MergedModel;
import org.amalgam.method.ParetoSet;
import org.amalgam.mixture.RoutingTable;
import org.amalgam.pareto.Preference;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.ScoreCache;
import org.amalgam.pool.Task;
import org.amalgam.report.AccuracyTable;
import org.amalgam.report.Limits;
import org.amalgam.report.ModelCard;
import org.amalgam.report.RunReport;
import org.amalgam.run.Metrics;
import org.amalgam.run.Profiler;
import org.amalgam.run.ProgressFactory;
import org.amalgam.run.Run;
import org.amalgam.run.Workers;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A finished run of PWEMoE behind a page: the models of its Pareto set, to be measured and exported. */
final class Explore implements ExploreWork.Models {

    private final ParetoSet set;
    private final Judge judge;
    private final RunConfig config;
    private final Run run;

    private Explore(ParetoSet set, Judge judge, RunConfig config, Run run) {
        this.set = set;
        this.judge = judge;
        this.config = config;
        this.run = run;
    }

    /**
     * Serves the page until the thread is interrupted. Models are computed on this thread, one request after the other.
     *
     * @param ready gets the page's address when it can be asked for
     * @throws AmalgamException if the folder holds no run with a Pareto set and its front, or the port is taken
     */
    static void serve(Path folder, int port, BuiltIn builtIn, Folders folders, Console console, Consumer<URI> ready) {
        RunConfig config = RunFile.read(folder).compose(builtIn);
        FrontFile front = FrontFile.read(folder);
        Path routers = routers(folder, config);
        Surroundings around = Surroundings.of(config, folders, console);
        Path cache = Path.of("outputs", "cache");
        try (Scope scope = Scope.open();
                Workplace workplace = around.workplace(cache);
                Workers workers = Surroundings.workers(config.settings())) {
            ModelPool pool = workplace.poolWithoutData();
            List<Task> tasks = workplace.judgingTasks();
            ParetoSet set = ParetoSet.read(routers, pool);
            front.requireOf(set.tasks(), tasks.stream().map(Task::name).toList());
            try (ExploreServer server = ExploreServer.open(port, new ExplorePage(folder, front))) {
                Run run = run(folder, config, workers, server);
                console.item("page", server.address().toString());
                console.item("", "open it in a browser of this machine; Ctrl-C ends it");
                ready.accept(server.address());
                server.serve(new Explore(
                        set,
                        new Judge(pool, tasks, around.judged().batchSize(), new ScoreCache(cache), run),
                        config,
                        run));
            }
        }
    }

    private static Run run(Path folder, RunConfig config, Workers workers, ProgressFactory progress) {
        return Run.once(
                config.settings().seed(),
                Precision.of(config.settings().fabric().precision()),
                folder,
                workers,
                progress,
                Metrics.NONE,
                new Profiler());
    }

    /** The routers that the run learned, or was given. */
    private static Path routers(Path folder, RunConfig config) {
        Path learned = folder.resolve(ParetoSet.FILE);
        if (Files.exists(learned)) {
            return learned;
        }
        return config.method()
                .node()
                .text("checkpoint_path")
                .filter(given -> !given.equalsIgnoreCase("false"))
                .map(Path::of)
                .orElseThrow(() -> new AmalgamException(folder + ": there is no " + ParetoSet.FILE
                        + " in it; name the folder of a run of pwe_moe_ls_for_clip or pwe_moe_epo_for_clip that came to its"
                        + " end"));
    }

    @Override
    public List<String> tasks() {
        return set.tasks();
    }

    @Override
    public List<Double> measure(Preference preference) {
        try (Scope scope = Scope.open();
                Autograd.Off off = Autograd.off()) {
            return judge.reached(judge.pool().architecture().encoder(set.weights(preference)));
        }
    }

    @Override
    public void export(Preference preference, Path folder) {
        Instant started = Instant.now();
        ModelPool pool = judge.pool();
        set.unload(preference, folder, (weights, unfinished) -> {
            MergedModel merged = MergedModel.of(new MergedModel.Dense(weights, set.parameters()))
                    .withNotes(List.of("Exported by amalgam explore " + run.folder()
                            + ": the model of one preference of the Pareto set that the command learned."));
            RunReport report = new Reports(config, choice(preference), pool, started)
                    .of(merged, AccuracyTable.empty(), new RoutingTable(), run, Limits.unknown());
            ModelCard.write(report, report.methods().get(0), pool.writer().loading(), unfinished);
        });
    }

    /** The run's method, with the preference in its own one's place. */
    private MethodChoice choice(Preference preference) {
        MethodChoice choice = MethodChoice.of(config.method());
        Map<String, Object> settings = new LinkedHashMap<>(choice.settings());
        settings.put("preference", preference.weights());
        return new MethodChoice(choice.entry(), choice.method(), settings);
    }
}
