package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.model.ParameterSpec;
import org.amalgam.tensor.MappedFile;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * One model of a pool, its tensors mapped from its files in the files' own types.
 *
 * @param name in the pool: the task's name, or {@code _pretrained_}
 * @param checkpoint the files it comes from
 * @param weights the merged part, by canonical names and in the network's order
 */
public record Model(String name, Checkpoint checkpoint, Weights weights) {

    /**
     * Maps a model.
     *
     * @param specs what the architecture expects; anything else that the naming finds is an error
     * @param naming where the checkpoint has it
     * @throws AmalgamException if a tensor is missing, extra, of another shape, or not a number
     */
    static Model of(String name, Checkpoint checkpoint, List<ParameterSpec> specs, Naming naming) {
        Path folder = checkpoint.path();
        Map<String, TensorSlot> slots = naming.canonical(checkpoint);
        String hint = " Are they of one family?"
                + (Files.exists(checkpoint.folder().resolve("config.json"))
                        ? " Compare the two config.json files."
                        : "");
        Map<Path, MappedFile> files = new LinkedHashMap<>();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ParameterSpec spec : specs) {
            TensorSlot slot = slots.remove(spec.name());
            if (slot == null) {
                throw new AmalgamException(folder + ": there is no tensor " + spec.name() + ", which the ancestor's "
                        + "architecture has." + hint);
            }
            if (!slot.shape().equals(spec.shape())) {
                throw new AmalgamException(slot.file() + ": " + slot.name() + " has shape " + slot.shape()
                        + ", the ancestor's architecture has " + spec.shape() + "." + hint);
            }
            tensors.put(spec.name(), mapped(slot, files.computeIfAbsent(slot.file(), MappedFile::open)));
        }
        if (!slots.isEmpty()) {
            throw new AmalgamException(folder + ": the tensor" + (slots.size() == 1 ? " " : "s ")
                    + slots.keySet().stream().limit(3).collect(Collectors.joining(", "))
                    + (slots.size() > 3
                            ? " and " + (slots.size() - 3) + " more are"
                            : slots.size() == 1 ? " is" : " are")
                    + " not in the ancestor's architecture." + hint);
        }
        return new Model(name, checkpoint, new Weights(tensors));
    }

    /** The same model with those parameters alone. */
    Model only(Predicate<String> parameters) {
        Map<String, Tensor> kept = new LinkedHashMap<>(weights.entries());
        kept.keySet().removeIf(parameters.negate());
        return new Model(name, checkpoint, new Weights(kept));
    }

    /** A tensor outside the merged part: a projection, the logit scale. */
    static Tensor single(TensorSlot slot) {
        return mapped(slot, MappedFile.open(slot.file()));
    }

    /** The tensor in its own type: floating and finite, or the model is no model. */
    private static Tensor mapped(TensorSlot slot, MappedFile file) {
        if (!slot.dtype().isFloating()) {
            throw new AmalgamException(slot.file() + ": " + slot.name() + " holds " + slot.dtype()
                    + ", expected a floating-point type; save the model again in one");
        }
        Tensor tensor = file.tensor(slot.dtype(), slot.dimensions(), slot.offset());
        if (!tensor.isFinite()) {
            throw new AmalgamException(slot.file() + ": " + slot.name()
                    + " holds NaN or infinity, expected finite numbers; the model is damaged, leave it out or mend it");
        }
        return tensor;
    }
}
