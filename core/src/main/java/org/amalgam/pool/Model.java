package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.LowRankUpdate;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.model.ParameterSpec;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.MappedFile;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.amalgam.tensor.Window;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One model of a pool, its tensors mapped from its files in the files' own types. An adapter's are the ancestor's, with updates
 * that are added where a number is looked at: W0 + scale B A, in float32.
 *
 * @param name in the pool: the task's name, or {@code _pretrained_}
 * @param checkpoint the files it comes from
 * @param slots where the merged part lies, by canonical names
 * @param mapped the merged part before any update, by canonical names and in the network's order
 * @param updates what an adapter adds, by canonical names; empty for whole models
 * @param finite whether all of it is known to be finite
 */
public record Model(
        String name,
        Checkpoint checkpoint,
        Map<String, TensorSlot> slots,
        Weights mapped,
        Map<String, Update> updates,
        boolean finite) {

    public Model {
        updates = Map.copyOf(updates);
    }

    /**
     * Maps a part of a model that is not merged; its numbers are not looked at.
     *
     * @param specs what the architecture expects; anything else that the naming finds is an error
     * @param naming where the checkpoint has it
     * @throws AmalgamException if a tensor is missing, extra, of another shape, or of a type that is no number's
     */
    static Model of(String name, Checkpoint checkpoint, List<ParameterSpec> specs, Naming naming) {
        Fit fit = Fit.of(name, checkpoint, specs, naming, "it must have what its config.json says");
        Conflict.refuse(fit.conflicts());
        return mapped(name, checkpoint, specs, fit.slots());
    }

    /**
     * Maps tensors of a model under the names in its files, whatever its family; their numbers are not looked at.
     *
     * @throws AmalgamException if one is missing or of a type that is no number's
     */
    public static Model of(String name, Checkpoint checkpoint, List<String> tensors) {
        Map<String, TensorSlot> slots = new LinkedHashMap<>();
        for (String tensor : tensors) {
            TensorSlot slot = checkpoint.slots().get(tensor);
            if (slot == null) {
                throw new AmalgamException(checkpoint.path() + ": there is no tensor " + tensor);
            }
            slots.put(tensor, slot);
        }
        return mapped(name, checkpoint, slots, tensors, false);
    }

    /** Maps a model that fits. */
    static Model mapped(String name, Checkpoint checkpoint, List<ParameterSpec> specs, Map<String, TensorSlot> slots) {
        return mapped(
                name, checkpoint, slots, specs.stream().map(ParameterSpec::name).toList(), false);
    }

    private static Model mapped(
            String name,
            Checkpoint checkpoint,
            Map<String, TensorSlot> slots,
            List<String> parameters,
            boolean finite) {
        Map<Path, MappedFile> files = new LinkedHashMap<>();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, Update> updates = new LinkedHashMap<>();
        for (String parameter : parameters) {
            TensorSlot slot = slots.get(parameter);
            tensors.put(parameter, mapped(slot, files.computeIfAbsent(slot.file(), MappedFile::open)));
            LowRankUpdate update = checkpoint.updates().get(slot.name());
            if (update != null) {
                updates.put(parameter, Update.mapped(update, file -> files.computeIfAbsent(file, MappedFile::open)));
            }
        }
        return new Model(name, checkpoint, slots, new Weights(tensors), updates, finite);
    }

    /** The same parameters mapped anew, in the scope that is open: pages that are read through them are given back with it. */
    Model mappedAgain() {
        return mapped(name, checkpoint, slots, mapped.names(), finite);
    }

    /** The same model with those parameters alone. */
    Model only(Predicate<String> parameters) {
        Map<String, Tensor> kept = new LinkedHashMap<>(mapped.entries());
        kept.keySet().removeIf(parameters.negate());
        return new Model(name, checkpoint, slots, new Weights(kept), updates, finite);
    }

    /**
     * The same model, all of whose numbers were looked at.
     *
     * @throws AmalgamException if one is NaN or infinite
     */
    Model checked() {
        if (!finite) {
            try (Scope looking = Scope.open()) {
                Model again = mappedAgain();
                mapped.names().forEach(parameter -> {
                    try (Scope one = Scope.open()) {
                        requireFinite(blamed(parameter), again.tensor(parameter));
                    }
                });
            }
        }
        return new Model(name, checkpoint, slots, mapped, updates, true);
    }

    /** Bytes that are read for all of it. */
    public long bytes() {
        return mapped.tensors().stream().mapToLong(Tensor::bytes).sum()
                + updates.entrySet().stream()
                        .filter(update -> mapped.names().contains(update.getKey()))
                        .mapToLong(update -> update.getValue().bytes())
                        .sum();
    }

    /**
     * The merged part by canonical names and in the network's order: mapped, in the files' own types. What an adapter updates is
     * computed at each call, float32, in the scope that is open.
     */
    public Weights weights() {
        return updates.isEmpty() ? mapped : mapped.map((parameter, theta) -> tensor(parameter));
    }

    /** One tensor of {@link #weights()}. */
    public Tensor tensor(String parameter) {
        Tensor theta = mapped.get(parameter);
        Update update = updates.get(parameter);
        if (update == null) {
            return theta;
        }
        Tensor updated = Tensor.empty(DType.F32, theta.shape());
        // In the same spans as whoever reads it span by span, so that the bits are the same.
        for (Span span : Span.of(theta.elements())) {
            try (Scope scope = Scope.open()) {
                span.of(updated).assign(update.added(span.of(theta).to(DType.F32), span));
            }
        }
        return updated;
    }

    /**
     * A span of a parameter, float32 [length].
     *
     * @throws AmalgamException if a number of it is NaN or infinite
     */
    public Tensor values(String parameter, Span span) {
        Tensor theta = span.of(mapped.get(parameter)).to(DType.F32);
        Update update = updates.get(parameter);
        return sound(parameter, update == null ? theta : update.added(theta, span));
    }

    /** {@link #values} minus those of another, float32, written into a float32 vector [length]. */
    void difference(String parameter, Span span, Tensor other, Tensor into) {
        Tensor theta = subtractable(span.of(mapped.get(parameter)));
        Update update = updates.get(parameter);
        sound(
                parameter,
                into.assignDifference(update == null ? theta : update.added(theta.to(DType.F32), span), other));
    }

    /**
     * What a subtraction takes to float32 by itself, which costs no pass of its own, or float32. It knows no 8-bit floats, and of
     * float64 it would round the difference where {@link #blocks} rounds the numbers.
     */
    private static Tensor subtractable(Tensor theta) {
        return switch (theta.dtype()) {
            case F32, F16, BF16 -> theta;
            default -> theta.to(DType.F32);
        };
    }

    /**
     * The parameter's values block by block; several threads may ask at once.
     *
     * @throws AmalgamException when a block is computed that holds NaN or infinity
     */
    public LazyWeights.Blockwise blocks(String parameter) {
        if (updates.containsKey(parameter)) {
            return (block, into) -> {
                try (Scope scope = Scope.open()) {
                    values(parameter, block).readInto(into);
                }
            };
        }
        Window window = Window.of(mapped.get(parameter));
        if (finite) {
            return window::copy;
        }
        return (block, into) -> {
            if (!window.read(block, into)) {
                throw notFinite(slots.get(parameter));
            }
        };
    }

    private Tensor sound(String parameter, Tensor values) {
        if (!finite) {
            requireFinite(blamed(parameter), values);
        }
        return values;
    }

    /** Where a number that is none comes from: an adapter's ancestor has been looked at itself. */
    private TensorSlot blamed(String parameter) {
        Update update = updates.get(parameter);
        return update == null ? slots.get(parameter) : update.slot();
    }

    /** A tensor outside the merged part: a projection, the logit scale. */
    static Tensor single(TensorSlot slot) {
        Tensor tensor = mapped(slot, MappedFile.open(slot.file()));
        requireFinite(slot, tensor);
        return tensor;
    }

    /** The tensor in its own type, which is a floating one, or the model is no model. */
    static Tensor mapped(TensorSlot slot, MappedFile file) {
        if (!slot.dtype().isFloating()) {
            throw new AmalgamException(slot.file() + ": " + slot.name() + " holds " + slot.dtype()
                    + ", expected a floating-point type; save the model again in one");
        }
        return file.tensor(slot.dtype(), slot.dimensions(), slot.offset());
    }

    private static void requireFinite(TensorSlot slot, Tensor tensor) {
        if (!tensor.isFinite()) {
            throw notFinite(slot);
        }
    }

    private static AmalgamException notFinite(TensorSlot slot) {
        return new AmalgamException(slot.file() + ": " + slot.name()
                + " holds NaN or infinity, expected finite numbers; the model is damaged, leave it out or mend it");
    }
}
