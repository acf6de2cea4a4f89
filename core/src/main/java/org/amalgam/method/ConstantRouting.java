package org.amalgam.method;

import org.amalgam.adapt.Learner;
import org.amalgam.merge.TaskVectors;
import org.amalgam.mixture.ExpertForm;
import org.amalgam.mixture.RouterSpec;
import org.amalgam.model.Architecture;
import org.amalgam.model.ParameterSpec;
import org.amalgam.pool.ModelPool;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Routers without hidden layers: constants, which make one merged model however many samples there are. So they are learned as
 * AdaMerging learns its coefficients, with one merge a step, and what comes out is dense.
 *
 * @param merge a group of parameters for every constant
 */
public record ConstantRouting(RouterSpec routers, GroupedMerge merge) {

    /**
     * A constant for each feed-forward layer.
     *
     * @param everyModule whether every other module (a norm, a projection, an embedding) has a constant too, so that nothing is
     *     frozen and this is AdaMerging with one coefficient a task and module
     */
    public static ConstantRouting of(Upscale upscale, boolean everyModule, ModelPool pool) {
        try (Scope scope = Scope.open()) {
            GroupedMerge whole = GroupedMerge.of(pool, upscale.initial(), groups(pool.architecture(), everyModule));
            TaskVectors applied = applied(upscale.form(), whole.vectors());
            scope.keep(whole.frozen());
            return new ConstantRouting(
                    upscale.routers(pool),
                    whole.with(new TaskVectors(scope.keep(applied.ancestor()), scope.keep(applied.matrices()))));
        }
    }

    private static Map<String, List<String>> groups(Architecture architecture, boolean everyModule) {
        Map<String, String> layers = new LinkedHashMap<>();
        architecture.feedForwards().forEach(layer -> layer.parameters()
                .forEach(name -> layers.put(name, layer.name())));
        Map<String, List<String>> groups = new LinkedHashMap<>();
        for (ParameterSpec parameter : architecture.parameters()) {
            String name = parameter.name();
            if (layers.containsKey(name) || everyModule) {
                String group = layers.getOrDefault(name, name.replaceFirst("\\.(weight|bias)$", ""));
                groups.computeIfAbsent(group, any -> new ArrayList<>()).add(name);
            }
        }
        return groups;
    }

    private static TaskVectors applied(ExpertForm form, TaskVectors vectors) {
        return vectors.map(
                (name, matrix) -> form.applied(name, vectors.shaped(name)).reshape(vectors.tasks(), -1));
    }

    /** Names of the groups, in the architecture's order. */
    public List<String> names() {
        return merge.names();
    }

    /** The one model of these constants, differentiable in them. */
    public Weights merge(Weights constants) {
        return merge.merge(group -> constants.get(routers.constant(group)));
    }

    /** Learns the constants from there. */
    public Learner learner(Weights start) {
        return new Learner(start, this::merge, merge.architecture()::encoder, RouterLearning::describe);
    }
}
