package org.amalgam.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * A model as data: an immutable, ordered map from parameter name to tensor. The order is the network's own (for CLIP: module
 * order), since layer-wise merging coefficients are counted in it.
 *
 * @param history what the parameters were computed from, where they were without recording it tensor by tensor
 */
public record Weights(Map<String, Tensor> entries, Optional<History> history) {

    /** A backward pass of its own: the way from all parameters to what they were computed from. */
    @FunctionalInterface
    public interface History {
        /**
         * Carries gradients on.
         *
         * @param gradients of the parameters that any reached, by name
         * @param again whether there will be one more pass
         */
        void backward(Map<String, Tensor> gradients, boolean again);
    }

    public Weights {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /** Tensors that carry their own history, or none. */
    public Weights(Map<String, Tensor> entries) {
        this(entries, Optional.empty());
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
        return map((name, tensor) -> tensor.isLearned() || history.isPresent() ? tensor.leaf() : tensor);
    }

    /**
     * Continues the backward pass from the gradients at {@code leaves} (each made by {@link #leaves} from this map) into
     * whatever this map was computed from. Gradients of several leaves add up in the list's order; the leaves give them up.
     * Parameters that no gradient reached are passed over.
     *
     * @param again whether this map will be passed backwards once more, so that what its computation recorded must stay
     * @return this
     */
    public Weights backward(List<Weights> leaves, boolean again) {
        Map<String, Tensor> gradients = new LinkedHashMap<>();
        try (Scope scope = Scope.open()) {
            entries.forEach((name, tensor) -> leaves.stream()
                    .map(leaf -> leaf.get(name))
                    .filter(Tensor::hasGradient)
                    .map(Tensor::takeGradient)
                    .reduce(Tensor::addInPlace)
                    .ifPresent(gradient -> gradients.put(name, gradient)));
            history.orElse(this::recorded).backward(gradients, again);
        }
        return this;
    }

    private void recorded(Map<String, Tensor> gradients, boolean again) {
        Autograd.backward(gradients.keySet().stream().map(this::get).toList(), List.copyOf(gradients.values()), again);
    }

    /** The gradients at these leaves as one vector, 0 where none has arrived; the leaves give them up. */
    public Tensor takeGradients() {
        return Tensor.concat(
                entries.values().stream()
                        .map(leaf -> leaf.hasGradient() ? leaf.takeGradient().flatten() : Tensor.zeros(leaf.elements()))
                        .toList(),
                0);
    }

    /** Adds a vector, in the order of {@link #takeGradients}, to the gradients at these leaves. */
    public void giveGradients(Tensor vector) {
        List<Tensor> parts = new ArrayList<>();
        long start = 0;
        for (Tensor leaf : entries.values()) {
            parts.add(vector.slice(0, start, leaf.elements()).reshape(leaf.shape()));
            start += leaf.elements();
        }
        Autograd.backward(tensors(), parts, false);
    }
}
