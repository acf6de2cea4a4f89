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
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model on disk: a folder with {@code model.safetensors} or its shards, with OpenCLIP's {@code open_clip_model.safetensors},
 * or with one of PyTorch's state dictionaries; or one file, {@code .safetensors}, {@code .pt}, {@code .pth}, {@code .bin}
 * or {@code .ckpt}.
 * Opening reads headers only.
 */
public final class Checkpoint {

    private static final String WEIGHTS = "model.safetensors";
    /** Other names of the one file of weights, the first that is there. */
    private static final List<String> OTHERS =
            List.of("open_clip_model.safetensors", "open_clip_pytorch_model.bin", "pytorch_model.bin");

    private static final String CONFIG = "config.json";

    /** OpenCLIP's own configuration. */
    public static final String OPEN_CLIP = "open_clip_config.json";

    private final Path path;
    private final Path folder;
    private final Map<String, TensorSlot> slots;
    private String hash;

    private Checkpoint(Path path, Map<String, TensorSlot> slots) {
        this.path = path;
        this.folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
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
            return new Checkpoint(path, slots(path));
        }
        Path single = path.resolve(WEIGHTS);
        if (Files.exists(single)) {
            return new Checkpoint(path, Safetensors.open(single).slots());
        }
        Path index = path.resolve(ShardIndex.FILE_NAME);
        if (Files.exists(index)) {
            return new Checkpoint(path, ShardIndex.slots(index));
        }
        return OTHERS.stream()
                .map(path::resolve)
                .filter(Files::exists)
                .findFirst()
                .map(file -> new Checkpoint(path, slots(file)))
                .orElseThrow(() -> noWeights(path));
    }

    private static Map<String, TensorSlot> slots(Path file) {
        return file.toString().matches(".*\\.(pt|pth|bin|ckpt)")
                ? TorchFile.slots(file)
                : Safetensors.open(file).slots();
    }

    /** The folder or file that was opened. */
    public Path path() {
        return path;
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

    /** {@link #sha256()} where it was computed already. */
    public synchronized Optional<String> knownSha256() {
        return Optional.ofNullable(hash);
    }

    /** What identifies weights and configuration together: equal ones compute equal numbers. */
    public String fingerprint() {
        Path[] configurations = Stream.of(CONFIG, OPEN_CLIP)
                .map(folder::resolve)
                .filter(Files::exists)
                .toArray(Path[]::new);
        return sha256() + " " + Hashes.sha256(configurations);
    }

    /**
     * The content of {@code config.json}.
     *
     * @throws AmalgamException if it is missing or is no JSON object
     */
    public JsonNode config() {
        return json(CONFIG)
                .orElseThrow(() -> new AmalgamException(folder + ": has no " + CONFIG
                        + ", which says how the network is built. Copy it beside the weights"));
    }

    /**
     * The content of a JSON file beside the weights; empty where there is none of that name.
     *
     * @throws AmalgamException if it is no JSON object
     */
    public Optional<JsonNode> json(String name) {
        Path file = folder.resolve(name);
        return Files.exists(file) ? Optional.of(JsonFiles.object(file)) : Optional.empty();
    }

    private static AmalgamException noWeights(Path folder) {
        String expected = folder + ": expected " + WEIGHTS + " or " + ShardIndex.FILE_NAME + ", found ";
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> others = files.filter(file -> file.toString().matches(".*\\.(safetensors|pt|pth|bin|ckpt)"))
                    .map(Path::getFileName)
                    .sorted()
                    .toList();
            return new AmalgamException(expected
                    + (others.isEmpty()
                            ? "no weights. Is this a model folder?"
                            : "only " + others
                                    + (others.size() == 1
                                            ? ". Give the path of the file instead of the folder"
                                            : ". Make safetensors of them: bin/amalgam convert " + folder + " " + folder
                                                    + "-st")));
        } catch (IOException e) {
            return Mapped.unreadable(folder, e);
        }
    }
}
