package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file whose header has been read and found sound.
 *
 * @param metadata the header's {@code __metadata__}; empty where there is none
 * @param slots the tensors by name, in the order of the header
 */
public record SafetensorsFile(Path path, Map<String, String> metadata, Map<String, TensorSlot> slots) {

    public SafetensorsFile {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        slots = Collections.unmodifiableMap(new LinkedHashMap<>(slots));
    }

    /** The tensors as they follow each other in the file: the order in which to read them once. */
    public List<TensorSlot> inFileOrder() {
        return slots.values().stream()
                .sorted(Comparator.comparingLong(TensorSlot::offset).thenComparingLong(TensorSlot::bytes))
                .toList();
    }

    /**
     * The tensor of that name, mapped.
     *
     * @throws AmalgamException if the file has no such tensor
     */
    public HostTensor tensor(String name) {
        TensorSlot slot = slots.get(name);
        if (slot == null) {
            throw new AmalgamException(path + ": has no tensor " + name + ", it holds " + slots.size() + " others");
        }
        return slot.tensor();
    }
}
