package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.merge.TaskVectors;
import org.amalgam.mixture.ExpertForm;
import org.amalgam.mixture.Experts;
import org.amalgam.mixture.ParameterCounts;
import org.amalgam.mixture.RouterSpec;
import org.amalgam.mixture.Upscaled;
import org.amalgam.model.Architecture;
import org.amalgam.model.FeedForwardSpec;
import org.amalgam.model.LinearSpec;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * How WEMoE and E-WEMoE make a mixture of a pool: everything outside the feed-forward layers is merged by task arithmetic and
 * frozen, and every feed-forward layer holds experts.
 *
 * @param form in which the experts are held
 * @param depth of the routers: 0, 1 or 2
 * @param initial every routing weight before anything is learned, and the coefficient of the task arithmetic
 * @param sharedRouter whether all blocks have one router
 * @param encoding width of the block's encoding that a router reads besides, 0 for none
 * @param batchReduce whether a batch shares one routing while routers are learned
 */
public record Upscale(
        ExpertForm form, int depth, double initial, boolean sharedRouter, int encoding, boolean batchReduce) {

    public Upscale {
        if (depth < 0 || depth > 2) {
            throw new AmalgamException("method.router_hidden_layers: " + depth + " is not offered; use 0, 1 or 2");
        }
        if (encoding < 0 || encoding % 2 != 0) {
            throw new AmalgamException("method.position_encoding_dim: " + encoding
                    + " is not offered; an encoding has as many sines as cosines, use an even number");
        }
    }

    /** The routers that this pool needs. */
    public RouterSpec routers(ModelPool pool) {
        return new RouterSpec(
                depth,
                Math.toIntExact(ParameterCounts.of(pool.architecture()).widths().get(0)),
                pool.tasks().size(),
                initial,
                sharedRouter,
                depth == 0 ? 0 : encoding);
    }

    /** The model with experts; new memory of the scope that is open. One linear map's task vectors are in flight at a time. */
    public Upscaled model(ModelPool pool) {
        List<Upscaled.Upscaling> layers = new ArrayList<>();
        requireFit(pool, false);
        for (FeedForwardSpec layer : pool.architecture().feedForwards()) {
            layers.add(new Upscaled.Upscaling(layer, experts(pool, layer.up()), experts(pool, layer.down())));
        }
        Set<String> upscaled = parameters(pool.architecture());
        return new Upscaled(pool.architecture(), frozen(pool, name -> !upscaled.contains(name)), layers);
    }

    /**
     * Refuses an architecture whose layers cannot route, and matrices that the experts' form does not fit.
     *
     * @param everyModule whether all parameters are upscaled and not the feed-forward layers' alone
     * @throws AmalgamException of the first
     */
    void requireFit(ModelPool pool, boolean everyModule) {
        Set<String> upscaled = parameters(pool.architecture());
        pool.architecture().parameters().stream()
                .filter(parameter -> everyModule || upscaled.contains(parameter.name()))
                .forEach(form::requireFit);
        for (FeedForwardSpec layer : pool.architecture().feedForwards()) {
            if (depth > 0 && layer.up().inFirst()) {
                throw new AmalgamException(
                        "the model pool holds " + pool.architecture().describe()
                                + ", and routers in its feed-forward layers are not offered; use method.router_hidden_layers=0,"
                                + " or another method");
            }
        }
    }

    private Experts experts(ModelPool pool, LinearSpec map) {
        try (Scope scope = Scope.open()) {
            TaskVectors vectors =
                    pool.only(List.of(map.weight(), map.bias())::contains).taskVectors();
            Experts experts = form.experts(vectors, map);
            scope.keep(experts.tensors(map.name()));
            return experts;
        }
    }

    /** Those parameters by task arithmetic. */
    Weights frozen(ModelPool pool, Predicate<String> parameters) {
        return new TaskArithmetic(initial).held(pool.only(parameters));
    }

    /** Names of the feed-forward layers' parameters. */
    static Set<String> parameters(Architecture architecture) {
        Set<String> names = new LinkedHashSet<>();
        architecture.feedForwards().forEach(layer -> names.addAll(layer.parameters()));
        return names;
    }

    private static List<Long> shape(Architecture architecture, LinearSpec map) {
        return architecture.parameters().stream()
                .filter(spec -> spec.name().equals(map.weight()))
                .findFirst()
                .orElseThrow()
                .shape();
    }

    // ---- what it takes
    // --------------------------------------------------------------------------------------------------

    /** Whether a task's batch must be computed at once. */
    boolean wholeBatches() {
        return depth > 0 && batchReduce;
    }

    /** Activations of one sample, its own merged layers among them where every sample has its own. */
    long sampleBytes(ModelPool pool) {
        boolean own = depth > 0 && !batchReduce;
        return pool.architecture().activationBytes() + (own ? feedForwardBytes(pool.architecture()) : 0);
    }

    /** Native memory that building and learning take besides the activations of batches that may be cut. */
    long memory(ModelPool pool, Run run, int batchSize) {
        Architecture architecture = pool.architecture();
        int tasks = pool.tasks().size();
        int workers = run.workers().count();
        long single = Float.BYTES * architecture.elements();
        long merged = feedForwardBytes(architecture);
        if (depth == 0) {
            return single + merged * (tasks + 1L + workers);
        }
        long held = mixtureBytes(pool);
        // In a pass a worker has one merged set of layers, and of whole batches all activations.
        return wholeBatches()
                ? held + Math.min(workers, tasks) * (merged + batchSize * sampleBytes(pool))
                : held + workers * merged;
    }

    /** Bytes of the mixture in float32: what is merged beforehand, and the experts; routers are small beside them. */
    long mixtureBytes(ModelPool pool) {
        Architecture architecture = pool.architecture();
        int tasks = pool.tasks().size();
        long held = Float.BYTES * architecture.elements() - feedForwardBytes(architecture);
        for (FeedForwardSpec layer : architecture.feedForwards()) {
            held += bytes(architecture, layer.up(), tasks) + bytes(architecture, layer.down(), tasks);
        }
        return held;
    }

    private long bytes(Architecture architecture, LinearSpec map, int tasks) {
        List<Long> shape = shape(architecture, map);
        return form.bytes(shape.get(0), shape.get(1), tasks);
    }

    /** Bytes of one set of feed-forward layers. */
    private static long feedForwardBytes(Architecture architecture) {
        return Float.BYTES * ParameterCounts.of(architecture).expert();
    }
}
