package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Adaptation.Adapted;
import org.amalgam.adapt.Aggregation;
import org.amalgam.adapt.Checkpoints;
import org.amalgam.adapt.Objective;
import org.amalgam.adapt.Schedule;
import org.amalgam.adapt.Trace;
import org.amalgam.data.Seeds;
import org.amalgam.method.MergedModel.Candidate;
import org.amalgam.model.Architecture;
import org.amalgam.model.ParameterSpec;
import org.amalgam.pareto.Dirichlet;
import org.amalgam.pareto.Preference;
import org.amalgam.pareto.PreferenceRouter;
import org.amalgam.pareto.SimplexGrid;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * The Pareto set of a pool, learned by routers that read a preference (Tang et al., PWEMoE, 2024): every step draws a preference and
 * a labelled batch of each task. What its methods are told is declared here.
 */
record ParetoLearning(
        @Setting(value = "true", help = "whether the feed-forward layers have routers")
        boolean upscaleMlp,

        @Setting(value = "true", help = "whether the attention layers have routers")
        boolean upscaleAttn,

        @Setting(
                value = "0.3",
                help = "coefficient of task arithmetic, and nearly every coefficient before the first step")
        double initLambda,

        @Setting(value = "2", help = "depth of the routers: 1 one linear map, 2 a perceptron")
        int routerHiddenLayers,

        @Setting(
                value = "1e-5",
                atLeast = 0,
                help = "learning rate of the first step; it falls to a tenth along half a cosine")
        double lr,

        @Setting(value = "8000", atLeast = 0, help = "steps of learning")
        int numSteps,

        @Setting(
                value = "2000",
                help =
                        "steps from one checkpoint of the routers to the next, in checkpoints/ of the run's folder; 0 keeps none")
        int saveInterval,

        @Setting(
                value = "1",
                help =
                        "concentration of the Dirichlet distribution of preferences: 1 is uniform, less is near single tasks")
        double alpha,

        @Setting(help = "how training samples are drawn") DataloaderSettings dataloaderKwargs,

        @Setting(value = "null", help = "file of learned routers to use instead of learning; false and null use none")
        Optional<String> checkpointPath,

        @Setting(
                value = "null",
                help =
                        "what each task is worth in the model that is made, in the pool's order and any scale; null is all alike")
        Optional<List<Double>> preference,

        @Setting(value = "true", help = "whether the models of a grid of preferences are judged after learning")
        boolean evalGrid,

        @Setting(value = "null", help = "tasks of the grid's preferences; null is the pool's number, which it must be")
        Optional<Integer> evalGridN,

        @Setting(
                value = "2",
                help = "levels of the grid: weights are multiples of 1 / (eval_grid_m - 1); 2 are single tasks")
        int evalGridM) {

    /** Name under which the trace says whether a step's program had no solution: 1 or 0. */
    static final String FALLBACK = "epo_fallback";

    /** Below, the logarithms of what is drawn are beyond a double. */
    private static final double LEAST_ALPHA = 1e-300;

    /** How the losses of a step with its preference are put together. */
    @FunctionalInterface
    interface Weighing {
        Aggregation of(IntFunction<Preference> rays);
    }

    MergedModel merge(ModelPool pool, Run run, Weighing weighing) {
        requireFit(pool);
        Preference used = used(pool);
        List<Preference> grid = grid(pool).map(SimplexGrid::points).orElse(List.of());
        PreferenceRouter router =
                new PreferenceRouter(routerHiddenLayers, pool.tasks().size(), initLambda);
        PreferenceMerge model = run.profiler()
                .measure("construct the routed model", () -> PreferenceMerge.of(router, upscaleMlp, upscaleAttn, pool));
        Optional<Path> file = RouterFile.given(checkpointPath);
        if (file.isPresent()) {
            return dense(ParetoSet.read(file.get(), "method.checkpoint_path", pool, router, model), used, grid);
        }
        ParetoSet start = new ParetoSet(
                pool, router, model, router.start(model.names(), new Random(Seeds.seed(run.seed(), "routers"))));
        Adapted adapted = learn(start, weighing, used, pool, run);
        ParetoSet learned = start.with(adapted.parameters());
        learned.save(run.file(ParetoSet.FILE));
        List<String> notes = new ArrayList<>();
        notes.add(
                "The routers were learned on labelled training samples of the tasks; the model is the one of the preference "
                        + described(used, pool.tasks()) + ".");
        fallbacks(adapted.trace()).ifPresent(notes::add);
        return dense(learned, used, grid).withTrace(adapted.trace()).withNotes(notes);
    }

    /**
     * Refuses routers and preferences that are not offered, a preference or a grid of other tasks than the pool's, and a grid that is
     * too large: it must not cost the learning.
     *
     * @throws AmalgamException of the first
     */
    void requireFit(ModelPool pool) {
        if (routerHiddenLayers != 1 && routerHiddenLayers != 2) {
            throw new AmalgamException(
                    "method.router_hidden_layers: " + routerHiddenLayers + " is not offered; use 1 or 2");
        }
        if (!(alpha >= LEAST_ALPHA && Double.isFinite(alpha))) {
            throw new AmalgamException("method.alpha: " + alpha
                    + " is no concentration of a Dirichlet distribution; give a number above 0, at least "
                    + LEAST_ALPHA);
        }
        used(pool);
        grid(pool);
    }

    private Preference used(ModelPool pool) {
        return preference
                .map(weights -> Preference.given(weights, "method.preference", pool.tasks()))
                .orElseGet(() -> Preference.equal(pool.tasks().size()));
    }

    private Adapted learn(ParetoSet start, Weighing weighing, Preference used, ModelPool pool, Run run) {
        List<Task> tasks = pool.trainingTasks();
        Dirichlet rays = new Dirichlet(tasks.size(), alpha, run.seed());
        int microBatch = run.microBatch(pool.architecture().activationBytes());
        Checkpoints checkpoints = new Checkpoints(saveInterval, (routers, done) -> start.with(routers)
                .save(run.file("checkpoints/routers_step=" + done + ".safetensors")));
        return new Adaptation(
                        "adam",
                        lr,
                        dataloaderKwargs.batchSize(),
                        numSteps,
                        true,
                        microBatch,
                        Schedule.COSINE,
                        checkpoints)
                .learn(start.learner(rays::at, used), Objective.CROSS_ENTROPY, weighing.of(rays::at), tasks, run);
    }

    /**
     * The grid of the front's preferences, none where there is to be no front.
     *
     * @throws AmalgamException if it is of other tasks than the pool's, or too large
     */
    private Optional<SimplexGrid> grid(ModelPool pool) {
        int tasks = pool.tasks().size();
        if (!evalGrid) {
            return Optional.empty();
        }
        evalGridN.filter(n -> n != tasks).ifPresent(n -> {
            throw new AmalgamException("method.eval_grid_n: a grid for " + n + " tasks, and the pool has the " + tasks
                    + " tasks " + String.join(", ", pool.tasks()) + "; leave method.eval_grid_n out");
        });
        return Optional.of(new SimplexGrid(tasks, evalGridM));
    }

    /** Models of the front. */
    int frontSize(ModelPool pool) {
        return grid(pool).map(SimplexGrid::size).orElse(0);
    }

    private static MergedModel dense(ParetoSet set, Preference used, List<Preference> grid) {
        return MergedModel.of(new MergedModel.Dense(set.weights(used), set.parameters()))
                .withFigures(List.of(
                        RoutingFigures.constants(set.tasks(), set.layers(), layer -> set.coefficients(layer, used))))
                .withFront(grid.stream()
                        .map(point -> new Candidate(point, () -> set.weights(point)))
                        .toList());
    }

    private static Optional<String> fallbacks(Trace trace) {
        if (trace.steps().isEmpty() || !trace.steps().get(0).parameters().containsKey(FALLBACK)) {
            return Optional.empty();
        }
        long unsolved = trace.steps().stream()
                .filter(step -> step.parameters().get(FALLBACK) > 0)
                .count();
        return Optional.of("The linear program of the exact Pareto search had no solution in " + unsolved + " of "
                + trace.steps().size() + " steps, which used the preference itself.");
    }

    private static String described(Preference preference, List<String> tasks) {
        List<String> parts = new ArrayList<>();
        for (int k = 0; k < tasks.size(); k++) {
            parts.add(tasks.get(k)
                    + String.format(Locale.ROOT, " %.3g", preference.weights().get(k)));
        }
        return String.join(", ", parts);
    }

    Method.Steps steps(ModelPool pool) {
        return learns() ? Method.Steps.of(numSteps, dataloaderKwargs.batchSize(), pool) : Method.Steps.NONE;
    }

    boolean learns() {
        return RouterFile.given(checkpointPath).isEmpty();
    }

    /** The frozen part, and of the upscaled layers the ancestor, K task vectors, the merged ones and a gradient for every worker. */
    long memory(ModelPool pool, Run run) {
        Architecture architecture = pool.architecture();
        Set<String> upscaled = PreferenceMerge.groups(architecture, upscaleMlp, upscaleAttn).values().stream()
                .flatMap(List::stream)
                .collect(Collectors.toSet());
        long all = 0;
        long own = 0;
        for (ParameterSpec spec : architecture.parameters()) {
            all += spec.elements();
            own += upscaled.contains(spec.name()) ? spec.elements() : 0;
        }
        // A model of the front stands beside the merged one.
        long copies =
                pool.tasks().size() + 2L + Math.max(learns() ? run.workers().count() : 0, evalGrid ? 1 : 0);
        return Float.BYTES * (all - own + own * copies);
    }
}
