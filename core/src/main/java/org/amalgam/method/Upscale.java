package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.adapt.Adaptation;
import org.amalgam.adapt.Adaptation.Adapted;
import org.amalgam.adapt.Learner;
import org.amalgam.adapt.Objective;
import org.amalgam.adapt.Trace;
import org.amalgam.data.Seeds;
import org.amalgam.merge.Groups;
import org.amalgam.merge.TaskVectors;
import org.amalgam.mixture.ExpertForm;
import org.amalgam.mixture.RouterSpec;
import org.amalgam.mixture.RoutingObserver;
import org.amalgam.mixture.Upscaled;
import org.amalgam.mixture.WeightEnsemblingMixture;
import org.amalgam.model.Architecture;
import org.amalgam.model.FeedForwardSpec;
import org.amalgam.model.LinearSpec;
import org.amalgam.model.ParameterSpec;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What WEMoE and E-WEMoE do alike: everything outside the feed-forward layers is merged by task arithmetic and frozen, the
 * feed-forward layers hold experts, and routers learn on unlabelled samples to weigh them.
 *
 * <p>Routers without hidden layers are constants. They make one merged model however many samples there are, so they are learned
 * as AdaMerging learns its coefficients, once a step, and what comes out is one dense model.
 *
 * @param form in which the experts are held
 * @param router depth, sharing and encoding of the routers
 * @param everyGroup whether every other parameter tensor's module has a constant too instead of the start's; depth 0 alone
 * @param batchReduce whether a batch shares one routing while routers are learned
 */
record Upscale(
        ExpertForm form,
        RouterForm router,
        boolean everyGroup,
        boolean batchReduce,
        Training training,
        Optional<Path> checkpoint,
        Optional<Path> saveCheckpoint) {

    /** The routers' shape, but for what the pool says. */
    record RouterForm(int depth, double initial, boolean shared, int encoding) {}

    /** How routers are learned. */
    record Training(String optimizer, double lr, int batchSize, int maxSteps) {}

    Upscale {
        if (router.depth() < 0 || router.depth() > 2) {
            throw new AmalgamException(
                    "method.router_hidden_layers: " + router.depth() + " is not offered; use 0, 1 or 2");
        }
        if (everyGroup && router.depth() > 0) {
            throw new AmalgamException("method.upscale: all is offered with router_hidden_layers=0 alone, found "
                    + router.depth() + "; routers that look at hidden states stand before feed-forward layers: use mlp");
        }
    }

    /** Upscales and learns, or takes learned routers from a file. {@code finish} sees the routers before they are saved. */
    MergedModel merge(ModelPool pool, Run run, UnaryOperator<Weights> finish) {
        RouterSpec spec = spec(pool);
        return spec.depth() == 0 ? constants(spec, pool, run) : routed(spec, pool, run, finish);
    }

    RouterSpec spec(ModelPool pool) {
        return new RouterSpec(
                router.depth(),
                width(pool),
                pool.tasks().size(),
                router.initial(),
                router.shared(),
                router.depth() == 0 ? 0 : router.encoding());
    }

    private MergedModel routed(RouterSpec spec, ModelPool pool, Run run, UnaryOperator<Weights> finish) {
        Upscaled model = run.profiler().measure("construct the mixture", () -> upscaled(pool));
        Weights start = start(spec, model.names(), run);
        if (checkpoint.isPresent()) {
            return MergedModel.of(new WeightEnsemblingMixture(
                    model, spec, RouterFile.load(checkpoint.get(), start, spec, pool)));
        }
        Adapted adapted = adapt(learner(model, spec, start), pool, run);
        Weights routers = finish.apply(adapted.parameters());
        save(routers, spec, pool);
        return MergedModel.of(new WeightEnsemblingMixture(model, spec, routers))
                .withTrace(adapted.trace())
                .withNotes(List.of("The routers were adapted to the test images of the tasks, without their labels."));
    }

    private MergedModel constants(RouterSpec spec, ModelPool pool, Run run) {
        Groups groups = groups(pool.architecture());
        TaskVectors vectors = run.profiler().measure("construct the mixture", () -> vectors(pool, groups));
        Weights frozen = frozen(pool, groups.tensors());
        Weights start = start(spec, List.copyOf(groups.members().keySet()), run);
        Weights learned;
        Optional<Trace> trace = Optional.empty();
        if (checkpoint.isPresent()) {
            learned = RouterFile.load(checkpoint.get(), start, spec, pool);
        } else {
            Adapted adapted = adapt(constantLearner(start, frozen, vectors, groups, pool.architecture()), pool, run);
            learned = adapted.parameters();
            trace = Optional.of(adapted.trace());
            save(learned, spec, pool);
        }
        Weights merged =
                run.profiler().measure("merging weights", () -> merged(learned, frozen, vectors, groups, pool.architecture()));
        MergedModel model = MergedModel.of(new MergedModel.Dense(merged, learned.parameters()))
                .withFigures(List.of(RoutingFigures.constants(pool.tasks(), learned, spec.shared(), groups)));
        return trace.map(model::withTrace).orElse(model);
    }

    /** The model with experts; new memory of the scope that is open. One linear map's task vectors are in flight at a time. */
    Upscaled upscaled(ModelPool pool) {
        Architecture architecture = pool.architecture();
        Set<String> names = new LinkedHashSet<>();
        architecture.feedForwards().forEach(layer -> names.addAll(layer.parameters()));
        List<Upscaled.Upscaling> layers = new ArrayList<>();
        for (FeedForwardSpec layer : architecture.feedForwards()) {
            layers.add(new Upscaled.Upscaling(layer, experts(pool, layer.up()), experts(pool, layer.down())));
        }
        return new Upscaled(architecture, frozen(pool, names), layers);
    }

    private org.amalgam.mixture.Experts experts(ModelPool pool, LinearSpec map) {
        try (Scope scope = Scope.open()) {
            TaskVectors vectors = pool.only(List.of(map.weight(), map.bias())::contains).taskVectors();
            var experts = form.experts(vectors, map);
            scope.keep(experts.tensors(map.name()));
            return experts;
        }
    }

    /** Everything but those, by task arithmetic with the start's coefficient. */
    private Weights frozen(ModelPool pool, Set<String> without) {
        return new TaskArithmetic(router.initial()).merged(pool.only(name -> !without.contains(name)));
    }

    /** Which parameters share a constant: each feed-forward layer, and where everything is upscaled every other module. */
    private Groups groups(Architecture architecture) {
        Map<String, List<String>> members = new LinkedHashMap<>();
        Map<String, String> owner = new LinkedHashMap<>();
        architecture
                .feedForwards()
                .forEach(layer -> layer.parameters().forEach(name -> owner.put(name, layer.name())));
        for (ParameterSpec parameter : architecture.parameters()) {
            String name = parameter.name();
            if (owner.containsKey(name) || everyGroup) {
                members.computeIfAbsent(owner.getOrDefault(name, module(name)), group -> new ArrayList<>())
                        .add(name);
            }
        }
        return new Groups(members);
    }

    /** A parameter's module: its name without {@code .weight} or {@code .bias}. */
    private static String module(String parameter) {
        return parameter.replaceFirst("\\.(weight|bias)$", "");
    }

    private TaskVectors vectors(ModelPool pool, Groups groups) {
        TaskVectors vectors = pool.only(groups.tensors()::contains).taskVectors();
        return vectors.map((name, matrix) -> {
            long[] shape = vectors.ancestor().get(name).shape();
            long[] stacked = new long[shape.length + 1];
            stacked[0] = vectors.tasks();
            System.arraycopy(shape, 0, stacked, 1, shape.length);
            return form.applied(matrix.reshape(stacked)).reshape(vectors.tasks(), -1);
        });
    }

    /** The routers before the first step. */
    static Weights start(RouterSpec spec, List<String> layers, Run run) {
        return spec.start(layers, new Random(Seeds.seed(run.seed(), "routers")));
    }

    Learner learner(Upscaled model, RouterSpec spec, Weights start) {
        return new Learner(
                start,
                routers -> routers,
                routers -> model.encoder(spec, routers, batchReduce, RoutingObserver.NONE),
                routers -> Map.of("router_norm", norm(routers)),
                batchReduce);
    }

    Learner constantLearner(
            Weights start, Weights frozen, TaskVectors vectors, Groups groups, Architecture architecture) {
        return new Learner(
                start,
                constants -> merged(constants, frozen, vectors, groups, architecture),
                architecture::encoder,
                constants -> Map.of("router_norm", norm(constants)));
    }

    private Weights merged(
            Weights constants, Weights frozen, TaskVectors vectors, Groups groups, Architecture architecture) {
        Map<String, Tensor> all = new LinkedHashMap<>(frozen.entries());
        all.putAll(groups.merge(vectors, group -> constants.get(RouterSpec.constant(group, router.shared())))
                .entries());
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        architecture.parameters().forEach(spec -> ordered.put(spec.name(), all.get(spec.name())));
        return new Weights(ordered);
    }

    private Adapted adapt(Learner learner, ModelPool pool, Run run) {
        int microBatch = (int) Math.max(1, run.activationBytes() / sampleBytes(pool));
        return new Adaptation(
                        training.optimizer(), training.lr(), training.batchSize(), training.maxSteps(), true, microBatch)
                .learn(learner, Objective.ENTROPY, pool.adaptationTasks(), run);
    }

    private void save(Weights routers, RouterSpec spec, ModelPool pool) {
        saveCheckpoint.ifPresent(file -> RouterFile.save(file, routers, spec, pool));
    }

    private static double norm(Weights parameters) {
        double sum = 0;
        for (Tensor tensor : parameters.tensors()) {
            for (float value : tensor.toFloats()) {
                sum += (double) value * value;
            }
        }
        return Math.sqrt(sum);
    }

    // ---- what it takes
    // --------------------------------------------------------------------------------------------------

    private static int width(ModelPool pool) {
        String up = pool.architecture().feedForwards().get(0).up().weight();
        return pool.architecture().parameters().stream()
                .filter(spec -> spec.name().equals(up))
                .mapToInt(spec -> spec.shape().get(1).intValue())
                .findFirst()
                .orElseThrow();
    }

    /** Bytes of one set of feed-forward layers. */
    private static long feedForwardBytes(ModelPool pool) {
        Set<String> names = new LinkedHashSet<>();
        pool.architecture().feedForwards().forEach(layer -> names.addAll(layer.parameters()));
        return Float.BYTES
                * pool.architecture().parameters().stream()
                        .filter(spec -> names.contains(spec.name()))
                        .mapToLong(ParameterSpec::elements)
                        .sum();
    }

    /** Activations of one sample, its own merged layers among them where every sample has its own. */
    private long sampleBytes(ModelPool pool) {
        boolean own = router.depth() > 0 && !batchReduce;
        return pool.architecture().activationBytes() + (own ? feedForwardBytes(pool) : 0);
    }

    /** Whether a task's batch must be computed at once. */
    private boolean wholeBatches() {
        return router.depth() > 0 && batchReduce;
    }

    long memory(ModelPool pool, Run run) {
        int experts = pool.tasks().size();
        int workers = run.workers().count();
        long single = Float.BYTES
                * pool.architecture().parameters().stream()
                        .mapToLong(ParameterSpec::elements)
                        .sum();
        long merged = feedForwardBytes(pool);
        if (router.depth() == 0) {
            long grouped = everyGroup ? single : merged;
            return single + grouped * (experts + 1L + workers);
        }
        long held = single - merged + pool.architecture().feedForwards().size() * layerBytes(pool, experts);
        long passes = wholeBatches() ? training.batchSize() * sampleBytes(pool) + 2 * merged : merged;
        return held + passes * Math.min(workers, wholeBatches() ? experts : workers);
    }

    private long layerBytes(ModelPool pool, int experts) {
        String up = pool.architecture().feedForwards().get(0).up().weight();
        List<Long> shape = pool.architecture().parameters().stream()
                .filter(spec -> spec.name().equals(up))
                .findFirst()
                .orElseThrow()
                .shape();
        return 2 * form.bytes(shape.get(0), shape.get(1), experts);
    }

    long activationBytes(ModelPool pool) {
        return checkpoint.isPresent() || wholeBatches()
                ? 0
                : sampleBytes(pool) * training.batchSize() * pool.tasks().size();
    }
}
