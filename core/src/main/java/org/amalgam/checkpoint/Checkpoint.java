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

    private static final String CONFIG = "config.json";

    /** Names of files of weights in a folder, the first that is there is taken; an index stands for the shards that it names. */
    public static final List<String> WEIGHTS = WeightFiles.NAMES;

    /** OpenCLIP's own configuration. */
    public static final String OPEN_CLIP = "open_clip_config.json";

    private final Path path;
    private final Path folder;
    private final Map<String, TensorSlot> slots;
    private final Map<String, LowRankUpdate> updates;
    /** The tensors that are this checkpoint's own, and the files that make it what it is. */
    private final List<TensorSlot> own;

    private final List<Path> files;
    private final Optional<Checkpoint> ancestor;
    private String hash;

    private Checkpoint(Path path, Map<String, TensorSlot> slots) {
        this(
                path,
                slots,
                Map.of(),
                List.copyOf(slots.values()),
                slots.values().stream()
                        .map(TensorSlot::file)
                        .distinct()
                        .sorted()
                        .toList(),
                Optional.empty());
    }

    private Checkpoint(
            Path path,
            Map<String, TensorSlot> slots,
            Map<String, LowRankUpdate> updates,
            List<TensorSlot> own,
            List<Path> files,
            Optional<Checkpoint> ancestor) {
        this.path = path;
        this.folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
        this.slots = Collections.unmodifiableMap(new LinkedHashMap<>(slots));
        this.updates = Map.copyOf(updates);
        this.own = own;
        this.files = files;
        this.ancestor = ancestor;
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
        return WeightFiles.MAPPED.stream()
                .map(path::resolve)
                .filter(Files::exists)
                .findFirst()
                .map(file -> new Checkpoint(
                        path, file.endsWith(ShardIndex.FILE_NAME) ? ShardIndex.slots(file) : slots(file)))
                .orElseThrow(() -> noWeights(path));
    }

    /**
     * Opens a model, or a PEFT adapter folder as the model that it makes of an ancestor: the ancestor's tensors with the
     * adapter's {@link #updates} to be added, those of {@code modules_to_save} in the adapter's place.
     *
     * @throws AmalgamException as {@link #open(Path)}; if the adapter is not understood or is not of this ancestor
     */
    public static Checkpoint open(Path path, Checkpoint ancestor) {
        if (!Adapter.isIn(path)) {
            return open(path);
        }
        Path weights = Adapter.weights(path);
        Map<String, TensorSlot> own = slots(weights);
        Adapter adapter = Adapter.of(path, own, ancestor.slots);
        Map<String, TensorSlot> slots = new LinkedHashMap<>(ancestor.slots);
        // Under the ancestor's names, so that a family finds them as it finds the ancestor's.
        adapter.whole().forEach((name, slot) -> slots.put(name, slot.named(name)));
        return new Checkpoint(
                path,
                slots,
                adapter.updates(),
                List.copyOf(own.values()),
                List.of(path.resolve(AdapterConfig.FILE_NAME), weights),
                Optional.of(ancestor));
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

    /** What an adapter adds to the tensors of those names; empty for whole models. */
    public Map<String, LowRankUpdate> updates() {
        return updates;
    }

    /** The files that hold the tensors, by name; of an adapter its own, the configuration with the scales among them. */
    public List<Path> files() {
        return files;
    }

    /** Bytes of all tensors together, headers not counted; of an adapter those of its own file. */
    public long bytes() {
        return own.stream().mapToLong(TensorSlot::bytes).sum();
    }

    /**
     * SHA-256 over {@link #files()} in the order of their names ({@code cat *.safetensors | sha256sum}, for an adapter
     * {@code cat adapter_config.json adapter_model.safetensors | sha256sum}); computed once.
     */
    public synchronized String sha256() {
        if (hash == null) {
            hash = Hashes.sha256(files.toArray(Path[]::new));
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
        return sha256() + " " + Hashes.sha256(configurations)
                + ancestor.map(base -> " on " + base.fingerprint()).orElse("");
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
        if (Adapter.isIn(folder)) {
            return new AmalgamException(
                    folder + ": is an adapter, which is a model on its ancestor alone; name it under"
                            + " modelpool.models, and the model that it was trained on as _pretrained_");
        }
        String expected = folder + ": expected model.safetensors or " + ShardIndex.FILE_NAME + ", found ";
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
