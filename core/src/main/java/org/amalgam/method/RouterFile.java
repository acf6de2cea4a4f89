package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.Safetensors;
import org.amalgam.checkpoint.SafetensorsFile;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.pool.Model;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.TaskNames;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Routers alone, in a safetensors file whatever its name ends with. What they belong to stands in its metadata: how deep they are,
 * for how many tasks, and the hashes of the ancestor and the experts.
 */
final class RouterFile {

    private static final String DEPTH = "router_hidden_layers";

    /** Where files of earlier versions have the names of all tasks, between commas. */
    private static final String TASKS = "tasks";

    private RouterFile() {}

    /** The file that a setting names; the reference writes false where none is meant. */
    static Optional<Path> given(Optional<String> setting) {
        return setting.filter(name -> !name.equalsIgnoreCase("false")).map(Path::of);
    }

    static void save(Path file, Weights routers, int depth, ModelPool pool) {
        save(file, routers, depth, pool, Map.of());
    }

    /** With more to know of them in the metadata. */
    static void save(Path file, Weights routers, int depth, ModelPool pool, Map<String, String> more) {
        Map<String, String> metadata = new LinkedHashMap<>(more);
        metadata.put(DEPTH, Integer.toString(depth));
        metadata.putAll(TaskNames.metadata(pool.tasks()));
        metadata.putAll(MixtureFile.hashes(pool));
        SafetensorsWriter.write(
                file,
                metadata,
                routers.entries().entrySet().stream()
                        .map(e -> SafetensorsWriter.Entry.of(
                                e.getKey(),
                                HostTensor.ofFloats(
                                        e.getValue().toFloats(), e.getValue().shape())))
                        .toList());
    }

    /**
     * Reads routers.
     *
     * @param key the setting that names the file
     * @param start routers of the kind that is wanted: their names and shapes must be the file's
     * @throws AmalgamException if the file is none, or belongs to other models, another depth or other tasks
     */
    static Weights load(Path file, String key, Weights start, int depth, ModelPool pool) {
        SafetensorsFile saved = requireSame(file, key, depth, pool);
        requireSameNames(file, saved.slots().keySet(), start);
        return start.map((name, tensor) -> {
            HostTensor kept = saved.tensor(name);
            long[] shape = kept.dimensions();
            if (!Arrays.equals(shape, tensor.shape())) {
                throw new AmalgamException(file + ": the router tensor " + name + " has shape " + kept.shape()
                        + ", the settings and models ask for " + Arrays.toString(tensor.shape())
                        + "; use the position_encoding_dim of the run that saved it");
            }
            return Tensor.of(kept.toFloats(), shape);
        });
    }

    /**
     * The file, if its routers are of that depth and were learned with these models.
     *
     * @throws AmalgamException if not
     */
    static SafetensorsFile requireSame(Path file, String key, int depth, ModelPool pool) {
        SafetensorsFile saved = open(file, key);
        requireSame(file, saved.metadata(), depth, pool);
        return saved;
    }

    private static SafetensorsFile open(Path file, String key) {
        if (!Files.exists(file)) {
            throw new AmalgamException(key + ": there is no file " + file + "; name one that an earlier run saved");
        }
        return Safetensors.open(file);
    }

    /** What a file says of its routers. */
    static Map<String, String> metadata(Path file, String key) {
        return open(file, key).metadata();
    }

    /** Names of the layers that have a router in the file. */
    static Set<String> layers(Path file) {
        return Safetensors.open(file).slots().keySet().stream()
                .map(name -> name.replaceFirst("\\.gate\\..*", ""))
                .collect(Collectors.toSet());
    }

    /** How deep a file's routers are. */
    static int depth(Path file, Map<String, String> metadata) {
        String depth = metadata.get(DEPTH);
        if (depth == null || !depth.matches("\\d")) {
            throw new AmalgamException(file + " is no file of routers: its metadata does not say " + DEPTH
                    + "; name one that an earlier run saved");
        }
        return Integer.parseInt(depth);
    }

    private static void requireSame(Path file, Map<String, String> metadata, int wanted, ModelPool pool) {
        int depth = depth(file, metadata);
        if (depth != wanted) {
            throw new AmalgamException(file + ": routers with router_hidden_layers=" + depth + ", the settings ask for "
                    + wanted + "; set method.router_hidden_layers=" + depth);
        }
        List<String> tasks = tasks(metadata);
        if (!tasks.equals(pool.tasks())) {
            throw new AmalgamException(file + ": routers for the " + tasks.size() + " tasks " + String.join(", ", tasks)
                    + "; the model pool has the " + pool.tasks().size() + " tasks " + String.join(", ", pool.tasks())
                    + "; give it the same models in the same order");
        }
        Map<String, String> hashes = MixtureFile.hashes(pool);
        for (Model model : pool.models()) {
            String key = MixtureFile.hashKey(model);
            if (!hashes.get(key).equals(metadata.get(key))) {
                throw new AmalgamException(file + ": the routers were learned with another model " + model.name()
                        + " than " + model.checkpoint().folder()
                        + " (their hashes differ); name the models of that run, or learn anew without the file");
            }
        }
    }

    private static List<String> tasks(Map<String, String> metadata) {
        List<String> tasks = TaskNames.in(metadata);
        return tasks.isEmpty() ? List.of(metadata.getOrDefault(TASKS, "").split(",")) : tasks;
    }

    private static void requireSameNames(Path file, Set<String> saved, Weights start) {
        if (!saved.equals(start.entries().keySet())) {
            throw new AmalgamException(file + ": holds " + saved.size() + " router tensors beginning with "
                    + saved.stream().findFirst().orElse("nothing") + ", the settings ask for "
                    + start.names().size()
                    + " beginning with " + start.names().get(0)
                    + "; use the method, shared_gate and upscale settings of the run that saved it");
        }
    }
}
