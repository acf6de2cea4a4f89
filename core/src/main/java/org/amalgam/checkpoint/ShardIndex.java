package org.amalgam.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.AmalgamException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** {@code model.safetensors.index.json}: which shard holds which tensor, checked against the shards themselves. */
final class ShardIndex {

    static final String FILE_NAME = "model.safetensors.index.json";

    private ShardIndex() {}

    /** The tensors of all shards in the order of the index. */
    static Map<String, TensorSlot> slots(Path index) {
        JsonNode weightMap = JsonFiles.object(index).path("weight_map");
        if (!weightMap.isObject() || weightMap.isEmpty()) {
            throw new AmalgamException(index + ": expected an object weight_map from tensors to shards, found "
                    + (weightMap.isMissingNode() ? "none" : weightMap.toString()));
        }
        Map<String, SafetensorsFile> shards = new TreeMap<>();
        Map<String, TensorSlot> slots = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : weightMap.properties()) {
            String tensor = entry.getKey();
            Path shard = beside(index, tensor, entry.getValue(), "safetensors");
            SafetensorsFile file = shards.computeIfAbsent(shard.getFileName().toString(), name -> open(index, shard));
            TensorSlot slot = file.slots().get(tensor);
            if (slot == null) {
                throw new AmalgamException(index + ": expects tensor " + tensor + " in " + shard.getFileName()
                        + ", which does not hold it. Fetch both again");
            }
            slots.put(tensor, slot);
        }
        shards.forEach((name, file) -> requireListed(index, name, file, slots));
        return slots;
    }

    /**
     * The shard that an index names for a tensor. It lies beside its index: a name with a path in it could reach any file of the
     * machine.
     *
     * @param endings what its name may end in, as a pattern
     */
    static Path beside(Path index, String tensor, JsonNode value, String endings) {
        String name = value.asText();
        if (!value.isTextual() || !name.matches("[^/\\\\:\\x00]+\\.(" + endings + ")")) {
            throw new AmalgamException(index + ": tensor " + tensor + " has shard " + value
                    + ", expected the plain name of a ." + endings.replace("|", " or .") + " file in the same folder");
        }
        return index.resolveSibling(name);
    }

    private static SafetensorsFile open(Path index, Path file) {
        if (!Files.exists(file)) {
            throw new AmalgamException(
                    index + ": shard " + file.getFileName() + " is missing from the folder. Fetch it");
        }
        return Safetensors.open(file);
    }

    private static void requireListed(Path index, String shard, SafetensorsFile file, Map<String, TensorSlot> slots) {
        for (TensorSlot slot : file.slots().values()) {
            TensorSlot listed = slots.get(slot.name());
            if (listed == null) {
                throw new AmalgamException(index + ": does not list tensor " + slot.name() + ", which " + shard
                        + " holds. Fetch both again");
            }
            if (!listed.file().equals(slot.file())) {
                throw new AmalgamException(index + ": tensor " + slot.name() + " lies both in "
                        + listed.file().getFileName() + " and in " + shard + ". Remove one of them");
            }
        }
    }
}
