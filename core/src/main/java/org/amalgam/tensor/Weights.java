package org.amalgam.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * A model as data: an immutable, ordered map from parameter name to tensor. The order is the network's own (for CLIP: module
 * order), since layer-wise merging coefficients are counted in it.
 */
public record Weights(Map<String, Tensor> entries) {

    public Weights {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /**
     * The tensor of that name.
     *
     * @throws IllegalArgumentException if there is none: names were checked when the model was opened
     */
    public Tensor get(String name) {
        Tensor tensor = entries.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no parameter " + name + " among " + entries.keySet());
        }
        return tensor;
    }

    public List<String> names() {
        return List.copyOf(entries.keySet());
    }

    public List<Tensor> tensors() {
        return List.copyOf(entries.values());
    }

    /** Number of scalar parameters. */
    public long parameters() {
        return entries.values().stream().mapToLong(Tensor::elements).sum();
    }

    /** The same names with other tensors. */
    public Weights map(BiFunction<String, Tensor, Tensor> change) {
        Map<String, Tensor> changed = new LinkedHashMap<>();
        entries.forEach((name, tensor) -> changed.put(name, change.apply(name, tensor)));
        return new Weights(changed);
    }

    /** Leaves with the same values, at which gradients add up. */
    public Weights leaves() {
        return map((name, tensor) -> tensor.leaf());
    }

    /** {@link #leaves()} of what was computed from leaves; the rest is constant and stays as it is, without a gradient. */
    public Weights learnedLeaves() {
        return map((name, tensor) -> tensor.isLearned() ? tensor.leaf() : tensor);
    }

    /**
     * Continues the backward pass from the gradients at {@code leaves} (each made by {@link #leaves} from this map) into
     * whatever this map was computed from. Gradients of several leaves add up in the list's order; the leaves give them up.
     * Parameters that no gradient reached are passed over.
     *
     * @return this
     */
    public Weights backward(List<Weights> leaves) {
        List<Tensor> outputs = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            entries.forEach((name, tensor) -> leaves.stream()
                    .map(leaf -> leaf.get(name))
                    .filter(Tensor::hasGradient)
                    .map(Tensor::takeGradient)
                    .reduce(Tensor::addInPlace)
                    .ifPresent(gradient -> {
                        outputs.add(tensor);
                        gradients.add(gradient);
                    }));
            Autograd.backward(outputs, gradients);
        }
        return this;
    }
}
