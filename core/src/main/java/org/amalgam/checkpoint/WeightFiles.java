package org.amalgam.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The files that hold a model's weights, in whatever format.
 *
 * @param folder with the configuration beside them
 * @param whole whether the folder was named, and so all that is in it belongs to the model
 * @param files the one file, or the shards in the index's order
 * @param stem what safetensors files of these weights are called: {@code model}, {@code adapter_model}
 */
record WeightFiles(Path folder, boolean whole, List<Path> files, String stem) {

    private static final String PICKLED_SHARDS = "pytorch_model.bin.index.json";

    /** Names in a folder, the first that is there: safetensors before pickles, one file before the index of its shards. */
    static final List<String> NAMES = List.of(
            "model.safetensors",
            ShardIndex.FILE_NAME,
            "open_clip_model.safetensors",
            "adapter_model.safetensors",
            "open_clip_pytorch_model.bin",
            "pytorch_model.bin",
            PICKLED_SHARDS,
            "adapter_model.bin");

    /** Those of a whole model that can be mapped as they are. */
    static final List<String> MAPPED = NAMES.stream()
            .filter(name -> !name.startsWith("adapter_") && !name.equals(PICKLED_SHARDS))
            .toList();

    private static final String PICKLES = ".*\\.(bin|pt|pth|ckpt)";

    /** What training leaves beside a model's weights. */
    private static final String LEFTOVERS = "(training_args|optimizer|scheduler|scaler|rng_state.*)\\..*";

    /** A file, or the weights of a folder. */
    static WeightFiles of(Path source) {
        if (!Files.exists(source)) {
            throw new AmalgamException(source + ": no such file or folder");
        }
        if (!Files.isDirectory(source)) {
            requireFormat(source);
            Path folder = source.toAbsolutePath().getParent();
            return new WeightFiles(
                    folder, false, List.of(source), stem(source.getFileName().toString()));
        }
        for (String name : NAMES) {
            Path file = source.resolve(name);
            if (Files.isRegularFile(file)) {
                return new WeightFiles(source, true, name.endsWith(".json") ? shards(file) : List.of(file), stem(name));
            }
        }
        return new WeightFiles(source, true, List.of(only(source)), "model");
    }

    private static void requireFormat(Path file) {
        if (!file.toString().matches(PICKLES + "|.*\\.safetensors")) {
            throw new AmalgamException(file + ": expected a file of weights, .bin, .pt, .pth, .ckpt or .safetensors");
        }
    }

    private static String stem(String name) {
        return name.startsWith("adapter_model.")
                ? "adapter_model"
                : name.startsWith("open_clip_") ? "open_clip_model" : "model";
    }

    private static Path only(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> pickles = all.filter(
                            file -> file.getFileName().toString().matches(PICKLES))
                    .filter(file -> !file.getFileName().toString().matches(LEFTOVERS))
                    .sorted()
                    .toList();
            if (pickles.size() == 1) {
                return pickles.get(0);
            }
            throw new AmalgamException(folder + ": expected one of " + String.join(", ", NAMES)
                    + ", or a single file .bin, .pt, .pth or .ckpt, found "
                    + (pickles.isEmpty()
                            ? "none"
                            : pickles.stream().map(Path::getFileName).toList() + "; name one of them"));
        } catch (IOException e) {
            throw Mapped.unreadable(folder, e);
        }
    }

    private static List<Path> shards(Path index) {
        JsonNode names = JsonFiles.object(index).path("weight_map");
        if (!names.isObject() || names.isEmpty()) {
            throw new AmalgamException(index + ": expected an object weight_map from tensors to shards");
        }
        Set<Path> shards = new LinkedHashSet<>();
        for (Map.Entry<String, JsonNode> entry : names.properties()) {
            Path shard = ShardIndex.beside(index, entry.getKey(), entry.getValue(), "safetensors|bin");
            if (!Files.exists(shard)) {
                throw new AmalgamException(
                        index + ": shard " + shard.getFileName() + " is missing from the folder. Fetch it");
            }
            shards.add(shard);
        }
        return List.copyOf(shards);
    }
}
