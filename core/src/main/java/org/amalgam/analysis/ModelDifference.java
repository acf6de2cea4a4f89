package org.amalgam.analysis;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.pool.Model;
import org.amalgam.run.Run;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Two models beside each other, tensor by tensor under the names in their files.
 *
 * @param tensors what both have in one shape, in the first one's order
 * @param onlyFrom names that the second has not
 * @param onlyTo names that the first has not
 * @param unlike names that both have and that cannot be compared: of other shapes, or of whole numbers
 */
public record ModelDifference(
        Map<String, TensorDifference> tensors, List<String> onlyFrom, List<String> onlyTo, List<String> unlike) {

    public ModelDifference {
        tensors = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        onlyFrom = List.copyOf(onlyFrom);
        onlyTo = List.copyOf(onlyTo);
        unlike = List.copyOf(unlike);
    }

    /**
     * Compares two models, a tensor at a time and span by span: own memory does not grow with the models.
     *
     * @param to may be an adapter on the first
     * @throws AmalgamException if a model cannot be read, the two have no tensor in common, or a number is NaN or infinite
     */
    public static ModelDifference of(Path from, Path to, Run run) {
        Checkpoint a = Checkpoint.open(from);
        Checkpoint b = Checkpoint.open(to, a);
        List<String> common = new ArrayList<>();
        List<String> unlike = new ArrayList<>();
        a.slots().forEach((name, slot) -> {
            TensorSlot other = b.slots().get(name);
            if (other != null) {
                boolean alike = slot.shape().equals(other.shape())
                        && slot.dtype().isFloating()
                        && other.dtype().isFloating();
                (alike ? common : unlike).add(name);
            }
        });
        if (common.isEmpty()) {
            throw new AmalgamException(to + ": has no tensor of a name and shape that " + from
                    + " has; models of one architecture are compared");
        }
        Map<String, TensorDifference> tensors = new LinkedHashMap<>();
        for (String name : common) {
            tensors.put(name, difference(name, a, b, run));
        }
        return new ModelDifference(tensors, without(a, b), without(b, a), unlike);
    }

    /** Mapped for this tensor alone, so that its pages are given back. */
    private static TensorDifference difference(String name, Checkpoint a, Checkpoint b, Run run) {
        try (Scope mapping = Scope.open()) {
            Model from = Model.of("A", a, List.of(name));
            Model to = Model.of("B", b, List.of(name));
            return run
                    .workers()
                    .deal(Span.of(a.slots().get(name).elements()), span -> {
                        try (Scope scope = Scope.open()) {
                            return TensorDifference.of(from.values(name, span), to.values(name, span));
                        }
                    })
                    .stream()
                    .reduce(TensorDifference.NONE, TensorDifference::plus);
        }
    }

    private static List<String> without(Checkpoint one, Checkpoint other) {
        return one.slots().keySet().stream()
                .filter(name -> !other.slots().containsKey(name))
                .toList();
    }

    /** All that was compared, as one vector. */
    public TensorDifference whole() {
        return tensors.values().stream().reduce(TensorDifference.NONE, TensorDifference::plus);
    }
}
