package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.merge.TaskVectors;
import org.amalgam.merge.Ties;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.settings.Spelling;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code theta_0 + s m}, m from trimmed task vectors that agree in sign (Yadav et al., TIES-Merging, NeurIPS 2023).
 */
public record TiesMerging(
        @Setting(value = "0.3", help = "s, the factor of the merged task vector; any number")
        double scalingFactor,

        @Setting(value = "20", help = "share of each task vector to keep: above 1 a percentage, else a fraction")
        double threshold,

        @Setting(
                value = "sum",
                help = "how agreeing entries become one",
                oneOf = {"sum", "mean", "max", "dis-sum", "dis-mean", "dis-max"})
        String mergeFunc,

        @Setting(value = "[]", help = "names of tensors that keep the ancestor's values")
        List<String> removeKeys)
        implements Method {

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        for (String key : removeKeys) {
            if (!pool.ancestor().weights().entries().containsKey(key)) {
                throw new AmalgamException("method.remove_keys: the models have no tensor " + key + "."
                        + Spelling.hint(key, pool.ancestor().weights().names(), ""));
            }
        }
        Ties.MergeFunction function = Ties.MergeFunction.of(mergeFunc);
        try (Scope scope = Scope.open()) {
            TaskVectors trimmed = Ties.trim(pool.taskVectors(removeKeys), threshold);
            Map<String, Tensor> signs = Ties.elect(trimmed);
            TaskVectors agreeing = Ties.agree(trimmed, signs);
            Map<String, Tensor> merged = new LinkedHashMap<>();
            pool.ancestor().weights().entries().forEach((name, theta) -> {
                if (removeKeys.contains(name)) {
                    // A copy: the result owns its tensors, and the pool keeps its own.
                    merged.put(name, theta.to(DType.F32).copy());
                } else {
                    Tensor combined = Ties.combine(agreeing.matrices().get(name), signs.get(name), function);
                    merged.put(
                            name,
                            agreeing.ancestor()
                                    .get(name)
                                    .add(combined.mul(scalingFactor).reshape(theta.shape())));
                }
            });
            return MergedModel.of(scope.keep(new Weights(merged)));
        }
    }

    /** The ancestor, the task vectors before and after a step, and the merged model. */
    @Override
    public long memory(ModelPool pool, Run run) {
        return Method.super.memory(pool, run) * (2L * pool.tasks().size() + 2);
    }
}
