package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.adapt.Learner;
import org.amalgam.merge.TaskVectors;
import org.amalgam.model.Architecture;
import org.amalgam.pareto.Preference;
import org.amalgam.pareto.PreferenceRouter;
import org.amalgam.pool.ModelPool;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * PWEMoE's model: for every upscaled layer a router that reads the preference, so that theta(r) = theta_0 + T^t lambda(r) there and
 * task arithmetic elsewhere. The merged weights depend on the preference alone: with it fixed the model is dense.
 */
public final class PreferenceMerge {

    private final PreferenceRouter router;
    private final GroupedMerge merge;

    private PreferenceMerge(PreferenceRouter router, GroupedMerge merge) {
        this.router = router;
        this.merge = merge;
    }

    /**
     * The model of a pool; new memory of the scope that is open.
     *
     * @throws AmalgamException if nothing is upscaled
     */
    public static PreferenceMerge of(PreferenceRouter router, boolean mlp, boolean attention, ModelPool pool) {
        Map<String, List<String>> groups = groups(pool.architecture(), mlp, attention);
        if (groups.isEmpty()) {
            throw new AmalgamException(
                    "method.upscale_mlp and method.upscale_attn are both false, which leaves no router to"
                            + " learn; set one of them to true, or use method=task_arithmetic");
        }
        return new PreferenceMerge(router, GroupedMerge.of(pool, router.initial(), groups));
    }

    /**
     * The model of parts that are there already, with routers in the feed-forward and attention layers.
     *
     * @param frozen the parameters of neither
     * @param vectors the ancestor and the task vectors of both
     */
    public static PreferenceMerge of(
            PreferenceRouter router, Architecture architecture, Weights frozen, TaskVectors vectors) {
        return new PreferenceMerge(
                router, new GroupedMerge(architecture, frozen, vectors, groups(architecture, true, true)));
    }

    /** Names of the upscaled parameters by layer. */
    static Map<String, List<String>> groups(Architecture architecture, boolean mlp, boolean attention) {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        if (attention) {
            architecture.attentions().forEach(layer -> groups.put(layer.name(), layer.parameters()));
        }
        if (mlp) {
            architecture.feedForwards().forEach(layer -> groups.put(layer.name(), layer.parameters()));
        }
        return groups;
    }

    /** Names of the upscaled layers. */
    public List<String> names() {
        return merge.names();
    }

    /** What has coefficients: the task vectors of the upscaled layers' parameters. */
    TaskVectors vectors() {
        return merge.vectors();
    }

    /** lambda(r) of one layer. */
    public Tensor coefficients(Weights routers, String layer, Preference preference) {
        return router.coefficients(routers, layer, preference.tensor());
    }

    /** theta(r), differentiable in the routers. */
    public Weights weights(Weights routers, Preference preference) {
        Tensor ray = preference.tensor();
        return weights(layer -> router.coefficients(routers, layer, ray));
    }

    /** theta of coefficients [K] that are each layer's own, without a router; differentiable in them. */
    public Weights weights(Function<String, Tensor> coefficients) {
        return merge.merge(coefficients);
    }

    /**
     * Learns the routers from there.
     *
     * @param rays the preference of each step
     * @param looked at which preference the model is looked at on the way
     */
    public Learner learner(Weights start, IntFunction<Preference> rays, Preference looked) {
        return new Learner(
                start,
                routers -> weights(routers, looked),
                merge.architecture()::encoder,
                RouterLearning::describe,
                false,
                step -> routers -> weights(routers, rays.apply(step)));
    }
}
