package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.model.ParameterSpec;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.MappedFile;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One model of a pool, its tensors mapped from its files in the files' own types.
 *
 * @param name in the pool: the task's name, or {@code _pretrained_}
 * @param checkpoint the files it comes from
 * @param slots where the merged part lies, by canonical names
 * @param weights the merged part, by canonical names and in the network's order
 * @param finite whether all of it is known to be finite
 */
public record Model(
        String name, Checkpoint checkpoint, Map<String, TensorSlot> slots, Weights weights, boolean finite) {

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

    /** Maps a model that fits. */
    static Model mapped(String name, Checkpoint checkpoint, List<ParameterSpec> specs, Map<String, TensorSlot> slots) {
        Map<Path, MappedFile> files = new LinkedHashMap<>();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ParameterSpec spec : specs) {
            TensorSlot slot = slots.get(spec.name());
            tensors.put(spec.name(), mapped(slot, files.computeIfAbsent(slot.file(), MappedFile::open)));
        }
        return new Model(name, checkpoint, slots, new Weights(tensors), false);
    }

    /** The same parameters mapped anew, in the scope that is open: pages that are read through them are given back with it. */
    Model mappedAgain() {
        Map<Path, MappedFile> files = new LinkedHashMap<>();
        Weights again = weights.map((parameter, tensor) -> {
            TensorSlot slot = slots.get(parameter);
            return mapped(slot, files.computeIfAbsent(slot.file(), MappedFile::open));
        });
        return new Model(name, checkpoint, slots, again, finite);
    }

    /** The same model with those parameters alone. */
    Model only(Predicate<String> parameters) {
        Map<String, Tensor> kept = new LinkedHashMap<>(weights.entries());
        kept.keySet().removeIf(parameters.negate());
        return new Model(name, checkpoint, slots, new Weights(kept), finite);
    }

    /**
     * The same model, all of whose numbers were looked at.
     *
     * @throws AmalgamException if one is NaN or infinite
     */
    Model checked() {
        if (!finite) {
            try (Scope looking = Scope.open()) {
                mappedAgain()
                        .weights()
                        .entries()
                        .forEach((parameter, tensor) -> requireFinite(slots.get(parameter), tensor));
            }
        }
        return new Model(name, checkpoint, slots, weights, true);
    }

    /**
     * A span of a parameter, float32 [length].
     *
     * @throws AmalgamException if a number of it is NaN or infinite
     */
    public Tensor values(String parameter, Span span) {
        return sound(parameter, span.of(weights.get(parameter)).to(DType.F32));
    }

    /** {@link #values} minus those of another, float32, written into a float32 vector [length]. */
    void difference(String parameter, Span span, Tensor other, Tensor into) {
        sound(parameter, into.assignDifference(span.of(weights.get(parameter)), other));
    }

    private Tensor sound(String parameter, Tensor values) {
        if (!finite) {
            requireFinite(slots.get(parameter), values);
        }
        return values;
    }

    /** A tensor outside the merged part: a projection, the logit scale. */
    static Tensor single(TensorSlot slot) {
        Tensor tensor = mapped(slot, MappedFile.open(slot.file()));
        requireFinite(slot, tensor);
        return tensor;
    }

    /** The tensor in its own type, which is a floating one, or the model is no model. */
    private static Tensor mapped(TensorSlot slot, MappedFile file) {
        if (!slot.dtype().isFloating()) {
            throw new AmalgamException(slot.file() + ": " + slot.name() + " holds " + slot.dtype()
                    + ", expected a floating-point type; save the model again in one");
        }
        return file.tensor(slot.dtype(), slot.dimensions(), slot.offset());
    }

    private static void requireFinite(TensorSlot slot, Tensor tensor) {
        if (!tensor.isFinite()) {
            throw new AmalgamException(slot.file() + ": " + slot.name()
                    + " holds NaN or infinity, expected finite numbers; the model is damaged, leave it out or mend it");
        }
    }
}
