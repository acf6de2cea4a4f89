package org.amalgam.method;

import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Adaptation.Adapted;
import org.amalgam.adapt.Learner;
import org.amalgam.adapt.Objective;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.data.Seeds;
import org.amalgam.mixture.RouterSpec;
import org.amalgam.mixture.RoutingObserver;
import org.amalgam.mixture.Upscaled;
import org.amalgam.mixture.WeightEnsemblingMixture;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Routers learned on unlabelled samples, or read from a file. What WEMoE and E-WEMoE are both told is declared here.
 */
public record RouterLearning(
        @Setting(value = "null", help = "file of learned routers to use instead of learning; false and null use none")
        Optional<String> checkpoint,

        @Setting(value = "null", help = "file for the learned routers; false and null save none")
        Optional<String> saveCheckpoint,

        @Setting(value = "2", help = "depth of the routers: 0 constants, 1 one linear map, 2 a perceptron")
        int routerHiddenLayers,

        @Setting(value = "0.3", help = "coefficient of task arithmetic, and every routing weight before the first step")
        double initLambda,

        @Setting(
                value = "true",
                help = "one routing a batch while routers are learned; false routes every sample by itself")
        boolean batchReduce,

        @Setting(value = "1e-4", atLeast = 0, help = "learning rate")
        double lr,

        @Setting(
                value = "adam",
                help = "how routers follow their gradient",
                oneOf = {"adam", "sgd"})
        String optimizer,

        @Setting(value = "1", help = "accepted for the reference's sake; one process computes")
        int devices,

        @Setting(value = "16", atLeast = 1, help = "samples of each task a step")
        int batchSize,

        @Setting(value = "true", help = "draw samples in a fresh random order each epoch")
        boolean shuffle,

        @Setting(value = "16", help = "accepted for the reference's sake; decoding uses the machine's processors")
        int numWorkers,

        @Setting(value = "1000", atLeast = 0, help = "steps of adaptation")
        int maxSteps,

        @Setting(value = "outputs", help = "folder in which zero-shot heads are kept for later runs")
        String cacheDir,

        @Setting(value = "false", help = "a single step, to see that a run would work")
        boolean fastDevRun) {

    private static final String NOTE =
            "The routers were adapted to the test samples of the tasks, without their labels.";

    /**
     * A mixture with routers that look at hidden states, or a dense model of routers that are constants.
     *
     * @param everyModule whether constants are for every module instead of the feed-forward layers alone
     * @param finish what is done to routers, learned or read, before they are used; files hold them as they were learned
     */
    MergedModel merge(Upscale upscale, boolean everyModule, ModelPool pool, Run run, UnaryOperator<Weights> finish) {
        return upscale.depth() == 0
                ? dense(upscale, everyModule, pool, run, finish)
                : mixture(upscale, pool, run, finish);
    }

    /**
     * Refuses a pool that the mixture cannot be made of, and routers of other models or another depth.
     *
     * @throws AmalgamException of the first mistake
     */
    void requireFit(Upscale upscale, boolean everyModule, ModelPool pool) {
        upscale.requireFit(pool, everyModule);
        RouterFile.given(saveCheckpoint).ifPresent(AtomicFile::requirePlace);
        given().ifPresent(file -> RouterFile.requireSame(file, "method.checkpoint", upscale.depth(), pool));
    }

    private MergedModel mixture(Upscale upscale, ModelPool pool, Run run, UnaryOperator<Weights> finish) {
        RouterSpec spec = upscale.routers(pool);
        Upscaled model = run.profiler().measure("construct the mixture", () -> upscale.model(pool));
        Weights start = start(spec, model.names(), run);
        if (given().isPresent()) {
            Weights saved = RouterFile.load(given().get(), "method.checkpoint", start, spec.depth(), pool);
            return MergedModel.of(new WeightEnsemblingMixture(model, spec, finish.apply(saved)))
                    .withNotes(model.notes());
        }
        Adapted adapted = adapt(learner(upscale, model, spec, start), upscale, pool, run);
        save(adapted.parameters(), spec, pool);
        return MergedModel.of(new WeightEnsemblingMixture(model, spec, finish.apply(adapted.parameters())))
                .withTrace(adapted.trace())
                .withNotes(
                        Stream.concat(Stream.of(NOTE), model.notes().stream()).toList());
    }

    private MergedModel dense(
            Upscale upscale, boolean everyModule, ModelPool pool, Run run, UnaryOperator<Weights> finish) {
        ConstantRouting routing =
                run.profiler().measure("construct the mixture", () -> ConstantRouting.of(upscale, everyModule, pool));
        RouterSpec spec = routing.routers();
        Weights start = start(spec, routing.names(), run);
        if (given().isPresent()) {
            Weights saved = RouterFile.load(given().get(), "method.checkpoint", start, spec.depth(), pool);
            return dense(routing, finish.apply(saved), pool);
        }
        Adapted adapted = adapt(routing.learner(start), upscale, pool, run);
        save(adapted.parameters(), spec, pool);
        return dense(routing, finish.apply(adapted.parameters()), pool)
                .withTrace(adapted.trace())
                .withNotes(List.of(NOTE));
    }

    private static MergedModel dense(ConstantRouting routing, Weights constants, ModelPool pool) {
        return MergedModel.of(new MergedModel.Dense(routing.merge(constants), constants.parameters()))
                .withFigures(List.of(RoutingFigures.constants(
                        pool.tasks(),
                        routing.names(),
                        group -> constants.get(routing.routers().constant(group)))));
    }

    /** Learns routers of an upscaled model. */
    public static Learner learner(Upscale upscale, Upscaled model, RouterSpec spec, Weights start) {
        return new Learner(
                start,
                routers -> routers,
                routers -> model.encoder(spec, routers, upscale.batchReduce(), RoutingObserver.NONE),
                RouterLearning::describe,
                upscale.wholeBatches());
    }

    /** How far the routers have come: the norm over all their parameters. */
    static Map<String, Double> describe(Weights routers) {
        double sum = 0;
        for (Tensor tensor : routers.tensors()) {
            try (Scope scope = Scope.open()) {
                sum += tensor.mul(tensor).sum().item();
            }
        }
        return Map.of("router_norm", Math.sqrt(sum));
    }

    /** Routers before the first step. */
    static Weights start(RouterSpec spec, List<String> layers, Run run) {
        return spec.start(layers, new Random(Seeds.seed(run.seed(), "routers")));
    }

    private Adapted adapt(Learner learner, Upscale upscale, ModelPool pool, Run run) {
        int microBatch = run.microBatch(upscale.sampleBytes(pool));
        return new Adaptation(optimizer, lr, batchSize, stepCount(), shuffle, microBatch)
                .learn(learner, Objective.ENTROPY, pool.adaptationTasks(), run);
    }

    private void save(Weights routers, RouterSpec spec, ModelPool pool) {
        RouterFile.given(saveCheckpoint).ifPresent(file -> RouterFile.save(file, routers, spec.depth(), pool));
    }

    /** Learned routers that are used instead of learning. */
    private Optional<Path> given() {
        return RouterFile.given(checkpoint);
    }

    boolean learns() {
        return given().isEmpty();
    }

    private int stepCount() {
        return fastDevRun ? 1 : maxSteps;
    }

    /** What it learns in, of that pool. */
    Method.Steps steps(ModelPool pool) {
        return learns() ? Method.Steps.of(stepCount(), batchSize, pool) : Method.Steps.NONE;
    }

    /** Native memory that activations take when no batch is cut, where batches may be cut. */
    long activationBytes(Upscale upscale, ModelPool pool) {
        return learns() && !upscale.wholeBatches()
                ? upscale.sampleBytes(pool) * batchSize * pool.tasks().size()
                : 0;
    }
}
