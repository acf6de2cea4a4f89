package org.amalgam.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A model on disk: a Hugging Face folder with {@code model.safetensors} or its shards, or one {@code .safetensors} file.
 * Opening reads headers only.
 */
public final class Checkpoint {

    private static final String WEIGHTS = "model.safetensors";
    private static final String PICKLE = "pytorch_model.bin";
    private static final String CONFIG = "config.json";

    private final Path folder;
    private final Map<String, TensorSlot> slots;
    private String hash;

    private Checkpoint(Path folder, Map<String, TensorSlot> slots) {
        this.folder = folder;
        this.slots = Collections.unmodifiableMap(new LinkedHashMap<>(slots));
    }

    /**
     * Opens a model folder or a single file.
     *
     * @throws AmalgamException if there are no weights, or a header, the index or a shard is unsound
     */
    public static Checkpoint open(Path path) {
        if (!Files.exists(path)) {
            throw new AmalgamException(path + ": no such file or folder");
        }
        if (!Files.isDirectory(path)) {
            return new Checkpoint(
                    path.toAbsolutePath().getParent(), Safetensors.open(path).slots());
        }
        Path single = path.resolve(WEIGHTS);
        if (Files.exists(single)) {
            return new Checkpoint(path, Safetensors.open(single).slots());
        }
        Path index = path.resolve(ShardIndex.FILE_NAME);
        if (Files.exists(index)) {
            return new Checkpoint(path, ShardIndex.slots(index));
        }
        throw noWeights(path);
    }

    /** The folder of the weights and of {@code config.json}. */
    public Path folder() {
        return folder;
    }

    /** The tensors by name, in the order of the header or of the index. */
    public Map<String, TensorSlot> slots() {
        return slots;
    }

    /** The files that hold the tensors, by name. */
    public List<Path> files() {
        return slots.values().stream().map(TensorSlot::file).distinct().sorted().toList();
    }

    /** Bytes of all tensors together, headers not counted. */
    public long bytes() {
        return slots.values().stream().mapToLong(TensorSlot::bytes).sum();
    }

    /** SHA-256 over the weight files in the order of their names ({@code cat *.safetensors | sha256sum}); computed once. */
    public synchronized String sha256() {
        if (hash == null) {
            hash = Hashes.sha256(files().toArray(Path[]::new));
        }
        return hash;
    }

    /**
     * The content of {@code config.json}.
     *
     * @throws AmalgamException if it is missing or is no JSON object
     */
    public JsonNode config() {
        Path config = folder.resolve(CONFIG);
        if (!Files.exists(config)) {
            throw new AmalgamException(folder + ": has no " + CONFIG
                    + ", which says how the network is built. Copy it beside the weights");
        }
        return JsonFiles.object(config);
    }

    private static AmalgamException noWeights(Path folder) {
        String expected = folder + ": expected " + WEIGHTS + " or " + ShardIndex.FILE_NAME + ", found ";
        if (Files.exists(folder.resolve(PICKLE))) {
            return new AmalgamException(expected + "only " + PICKLE
                    + ", a Python pickle. Save the model again with save_pretrained(..., safe_serialization=True),"
                    + " or convert the file with TorchFile.readStateDict and SafetensorsWriter");
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> others = files.filter(file -> file.toString().endsWith(".safetensors"))
                    .map(Path::getFileName)
                    .sorted()
                    .toList();
            return new AmalgamException(expected
                    + (others.isEmpty()
                            ? "no weights. Is this a model folder?"
                            : "only " + others + ". Give the path of the file instead of the folder"));
        } catch (IOException e) {
            return Mapped.unreadable(folder, e);
        }
    }
}
