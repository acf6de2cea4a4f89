package org.amalgam.merge;

import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parameter tensors that share their merging coefficients: between task-wise (one group) and layer-wise (a group a tensor).
 *
 * @param members names of the tensors, by the group's name; no tensor in two groups
 */
public record Groups(Map<String, List<String>> members) {

    /**
     * {@code theta_0 + T^t lambda} of the tensors in the groups, differentiable in lambda.
     *
     * @param lambda [K] of each group, by the group's name and {@code suffix}
     */
    public Weights merge(TaskVectors vectors, Weights lambda, String suffix) {
        Map<String, Tensor> merged = new LinkedHashMap<>();
        members.forEach((group, names) ->
                names.forEach(name -> merged.put(name, vectors.merge(name, lambda.get(group + suffix)))));
        return new Weights(merged);
    }
}
