package org.amalgam.cli.run;

import org.amalgam.adapt.Trace;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.cli.Version;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.figure.Axis;
import org.amalgam.figure.Figure;
import org.amalgam.hub.HubReference;
import org.amalgam.merge.Coefficients;
import org.amalgam.method.MergedModel;
import org.amalgam.mixture.ParameterCount;
import org.amalgam.mixture.RoutingTable;
import org.amalgam.pool.Model;
import org.amalgam.pool.ModelPool;
import org.amalgam.report.AccuracyTable;
import org.amalgam.report.Figures;
import org.amalgam.report.Input;
import org.amalgam.report.Limits;
import org.amalgam.report.MethodSection;
import org.amalgam.report.ModelInfo;
import org.amalgam.report.Profile;
import org.amalgam.report.ProfileRow;
import org.amalgam.report.RunReport;
import org.amalgam.report.Versions;
import org.amalgam.run.Profiler;
import org.amalgam.run.Run;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.Natives;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** Makes a report of what a run did. */
record Reports(RunConfig config, MethodChoice method, ModelPool pool, Instant started) {

    /** Models are hashed for the report up to this size together. */
    private static final long HASHED_BYTES = 1_000_000_000L;

    /** With how far the run was from what the machine can do, which is measured now. */
    RunReport of(MergedModel merged, AccuracyTable table, RoutingTable routing, Run run) {
        return of(merged, table, routing, run, Rates.of(pool.architecture(), run));
    }

    RunReport of(MergedModel merged, AccuracyTable table, RoutingTable routing, Run run, Limits limits) {
        double wall = Duration.between(started, Instant.now()).toMillis() / 1e3;
        String title = "%s of %s into %s"
                .formatted(
                        method.method().title(config.method().name()),
                        Plan.experts(pool),
                        Folders.name(pool.ancestor().checkpoint().path()));
        return new RunReport(
                        title,
                        List.of(section(config.method().name(), method, pool, merged, routing, run.profiler(), wall)),
                        table,
                        inputs(pool, config.settings().hashInputs(), run.workers()),
                        config.command(),
                        Versions.ofThisMachine(Version.text(), Natives.LIBTORCH),
                        OptionalLong.of(config.settings().seed()),
                        started,
                        wall,
                        limits,
                        notes(config, merged.notes()))
                .withConfiguration(config.tree().plain());
    }

    /** What was found, after what makes a trial of the whole. */
    static List<String> notes(RunConfig config, List<String> found) {
        List<String> notes = new ArrayList<>();
        if (config.settings().fastDevRun()) {
            notes.add(
                    "fast_dev_run was on: one step and one batch of everything, to see that the run works. Its numbers are no"
                            + " result.");
        }
        if (config.work().node().text("fast_dev_run").filter("true"::equals).isPresent()) {
            notes.add(config.work().group().key() + ".fast_dev_run was on: a single step was made.");
        }
        notes.addAll(found);
        return notes;
    }

    static MethodSection section(
            String label,
            MethodChoice method,
            ModelPool pool,
            MergedModel merged,
            RoutingTable routing,
            Profiler profiler,
            double wallSeconds) {
        long all = pool.architecture().elements();
        ParameterCount count = merged.parameters(all);
        long own = merged.network() instanceof MergedModel.Dense ? all : count.total();
        return new MethodSection(
                label,
                method.entry().summary(),
                method.entry().citation(),
                method.settings(),
                Optional.of(new ModelInfo(count.trainable(), count.total(), own)),
                figures(pool, merged, routing),
                profile(profiler, wallSeconds));
    }

    /** Where the time went, if anything was timed. */
    static Optional<Profile> profile(Profiler profiler, double wallSeconds) {
        List<ProfileRow> rows = profiler.entries().stream()
                .map(entry -> new ProfileRow(entry.action(), entry.calls(), entry.seconds()))
                .toList();
        return rows.isEmpty() ? Optional.empty() : Optional.of(new Profile(rows, wallSeconds));
    }

    private static List<Figure> figures(ModelPool pool, MergedModel merged, RoutingTable routing) {
        List<Figure> figures = new ArrayList<>();
        merged.trace().ifPresent(trace -> {
            double[] steps = new double[trace.steps().size()];
            for (int i = 0; i < steps.length; i++) {
                steps[i] = i + 1;
            }
            if (merged.coefficients().isPresent()) {
                figures.add(
                        Figures.coefficients(pool.tasks(), steps, perTask(trace, k -> trace.parameter("weight/" + k))));
            }
            merged.coefficients().flatMap(c -> heatMap(pool, c)).ifPresent(figures::add);
            figures.add(
                    Figures.losses(pool.tasks(), steps, perTask(trace, trace::loss), new Axis(trace.loss(), "nat")));
            accuracies(trace).ifPresent(figures::add);
        });
        if (merged.trace().isEmpty()) {
            merged.coefficients().flatMap(c -> heatMap(pool, c)).ifPresent(figures::add);
        }
        figures.addAll(merged.figures());
        if (!routing.isEmpty()) {
            figures.add(Figures.routing(routing.tasks(), routing.layers(), experts(pool, routing), routing.values()));
        }
        return figures;
    }

    /** Their names; numbers where a saved mixture has others than the pool, and does not name them. */
    private static List<String> experts(ModelPool pool, RoutingTable routing) {
        return routing.experts() == pool.tasks().size()
                ? pool.tasks()
                : IntStream.range(0, routing.experts())
                        .mapToObj(Integer::toString)
                        .toList();
    }

    private static Optional<Figure> accuracies(Trace trace) {
        List<Trace.Milestone> milestones = trace.milestones();
        if (milestones.isEmpty()) {
            return Optional.empty();
        }
        List<String> tasks = List.copyOf(milestones.get(0).numbers().keySet());
        double[] steps = milestones.stream().mapToDouble(Trace.Milestone::done).toArray();
        double[][] accuracies = tasks.stream()
                .map(task -> milestones.stream()
                        .mapToDouble(milestone -> milestone.numbers().get(task))
                        .toArray())
                .toArray(double[][]::new);
        return Optional.of(Figures.accuracies(tasks, steps, accuracies));
    }

    private static Optional<Figure> heatMap(ModelPool pool, Coefficients coefficients) {
        if (coefficients.granularity() == Coefficients.Granularity.TASK) {
            return Optional.empty();
        }
        List<String> tensors = pool.ancestor().weights().names();
        float[] flat = coefficients.lambda().toFloats();
        double[][] values = new double[pool.tasks().size()][tensors.size()];
        for (int i = 0; i < flat.length; i++) {
            values[i / tensors.size()][i % tensors.size()] = flat[i];
        }
        return Optional.of(Figures.layerCoefficients(pool.tasks(), tensors, values));
    }

    private static double[][] perTask(Trace trace, java.util.function.IntFunction<double[]> values) {
        double[][] curves = new double[trace.tasks().size()][];
        for (int k = 0; k < curves.length; k++) {
            curves[k] = values.apply(k);
        }
        return curves;
    }

    /**
     * The models with their hashes.
     *
     * @param hash whether they are taken where nobody has yet; empty does so for models of up to 1 GB together, since hashing
     *     larger ones would take longer than merging them
     * @param crew takes them, a model each
     */
    static List<Input> inputs(ModelPool pool, Optional<Boolean> hash, Crew crew) {
        long bytes = pool.models().stream()
                .mapToLong(model -> model.checkpoint().bytes())
                .sum();
        boolean taken = hash.orElse(bytes <= HASHED_BYTES);
        return crew.deal(pool.models(), model -> input(model, taken));
    }

    private static Input input(Model model, boolean hashed) {
        Checkpoint checkpoint = model.checkpoint();
        Optional<HubReference> hub = HubReference.ofSnapshot(checkpoint.path());
        return new Input(
                model.name(),
                hub.map(HubReference::toString)
                        .orElseGet(() -> checkpoint.path().toString()),
                hashed ? Optional.of(checkpoint.sha256()) : checkpoint.knownSha256(),
                checkpoint.bytes(),
                hub.map(HubReference::name));
    }
}
