package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.merge.Composition;
import org.amalgam.merge.TaskMatrices;
import org.amalgam.pool.ModelPool;
import org.amalgam.settings.Spelling;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** {@code theta_0 + s m}, m composed of a pool's task vectors; the shared half of TIES, DARE and magnitude pruning. */
final class Composed {

    private Composed() {}

    /**
     * Merges parameter by parameter.
     *
     * @param scale s
     * @param removed names of tensors that keep the ancestor's values and take no part
     */
    static MergedModel of(ModelPool pool, Composition composition, double scale, List<String> removed) {
        Map<String, Tensor> ancestor = pool.ancestor().weights().entries();
        for (String key : removed) {
            if (!ancestor.containsKey(key)) {
                throw new AmalgamException("method.remove_keys: the models have no tensor " + key + "."
                        + Spelling.hint(key, List.copyOf(ancestor.keySet()), ""));
            }
        }
        TaskMatrices vectors = pool.taskMatrices(removed);
        Function<String, Tensor> composed = composition.of(vectors);
        Map<String, Tensor> merged = new LinkedHashMap<>();
        ancestor.forEach((name, theta) -> {
            try (Scope scope = Scope.open()) {
                Tensor base = theta.to(DType.F32);
                // A copy: the result owns its tensors, and the pool keeps its own.
                merged.put(
                        name,
                        scope.keep(
                                removed.contains(name)
                                        ? base.copy()
                                        : base.add(
                                                composed.apply(name).mul(scale).reshape(theta.shape()))));
            }
        });
        return MergedModel.of(new Weights(merged));
    }

    /** Native memory in models while one cut-off a task is sought over everything: magnitudes, and what selection takes. */
    static final long MODELS_TO_FIND_CUTOFF = 5;
}
