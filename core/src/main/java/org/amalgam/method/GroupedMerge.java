package org.amalgam.method;

import org.amalgam.merge.TaskVectors;
import org.amalgam.model.Architecture;
import org.amalgam.model.ParameterSpec;
import org.amalgam.pool.ModelPool;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One dense model of coefficients that groups of parameters share: each group has its own, and what is in no group is frozen.
 *
 * @param frozen the parameters outside the groups
 * @param vectors of the parameters in the groups
 * @param groups names of the parameters by the group's name
 */
record GroupedMerge(Architecture architecture, Weights frozen, TaskVectors vectors, Map<String, List<String>> groups) {

    /** The groups of a pool; whatever is in none is merged by task arithmetic with that coefficient. */
    static GroupedMerge of(ModelPool pool, double outside, Map<String, List<String>> groups) {
        Set<String> learned = groups.values().stream().flatMap(List::stream).collect(Collectors.toSet());
        return new GroupedMerge(
                pool.architecture(),
                new TaskArithmetic(outside).held(pool.only(name -> !learned.contains(name))),
                pool.only(learned::contains).taskVectors(),
                groups);
    }

    /** With other task vectors. */
    GroupedMerge with(TaskVectors others) {
        return new GroupedMerge(architecture, frozen, others, groups);
    }

    /** Names of the groups. */
    List<String> names() {
        return List.copyOf(groups.keySet());
    }

    /** The model of these coefficients [K], differentiable in them; asked for once a group. */
    Weights merge(Function<String, Tensor> coefficients) {
        Map<String, Tensor> merged = new LinkedHashMap<>(frozen.entries());
        groups.forEach((group, names) -> {
            Tensor lambda = coefficients.apply(group);
            names.forEach(name -> merged.put(name, vectors.merge(name, lambda)));
        });
        Map<String, Tensor> ordered = new LinkedHashMap<>();
        architecture.parameters().stream()
                .map(ParameterSpec::name)
                .forEach(name -> ordered.put(name, merged.get(name)));
        return new Weights(ordered);
    }
}
