package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Safetensors;
import org.amalgam.checkpoint.SafetensorsFile;
import org.amalgam.mixture.Mixture;
import org.amalgam.mixture.Mixtures;
import org.amalgam.pool.Model;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.ModelWriter;
import org.amalgam.pool.TaskNames;
import org.amalgam.tensor.MappedFile;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A mixture of experts in a folder, as {@link ModelWriter#saveMixture} writes it. */
record MixtureFile(Path path, SafetensorsFile content) {

    private static final String MODEL = "model/";

    /**
     * Reads the header.
     *
     * @param folder of the mixture, or the file itself
     * @throws AmalgamException if there is no such file, or it is unsound
     */
    static MixtureFile open(Path folder) {
        Path path = Files.isDirectory(folder) ? folder.resolve("mixture.safetensors") : folder;
        if (!Files.exists(path)) {
            throw new AmalgamException(path + ": there is no such file; a mixture is saved by merged_model_save_path,"
                    + " as a folder with mixture.safetensors");
        }
        return new MixtureFile(path, Safetensors.open(path));
    }

    Map<String, String> description() {
        return content.metadata();
    }

    /** The mixture, its tensors mapped; they belong to the scope that is open. */
    Mixture read(ModelPool pool) {
        MappedFile file = MappedFile.open(path);
        Map<String, Tensor> parts = new LinkedHashMap<>();
        content.slots()
                .forEach((name, slot) -> parts.put(name, file.tensor(slot.dtype(), slot.dimensions(), slot.offset())));
        return Mixtures.read(pool.architecture(), new Weights(parts), description(), path.toString());
    }

    /**
     * Refuses a pool of other tasks than the experts are of. A file of an earlier version does not name them.
     *
     * @throws AmalgamException with both lists
     */
    void requireTasks(ModelPool pool) {
        List<String> experts = TaskNames.in(description());
        if (!experts.isEmpty() && !experts.equals(pool.tasks())) {
            throw new AmalgamException(path + " is a mixture of the experts " + String.join(", ", experts)
                    + ", the pool's models are " + String.join(", ", pool.tasks())
                    + "; name those of the mixture in modelpool.models, in its order");
        }
    }

    /** The key under which a description has a model's hash. */
    static String hashKey(Model model) {
        return MODEL + model.name();
    }

    /** Hashes of the models that something is made of, by {@link #hashKey}. */
    static Map<String, String> hashes(ModelPool pool) {
        Map<String, String> hashes = new LinkedHashMap<>();
        pool.models()
                .forEach(model -> hashes.put(hashKey(model), model.checkpoint().sha256()));
        return hashes;
    }

    /**
     * Refuses what was made of other models, or with other settings.
     *
     * @param made the description in the file
     * @param now what it would say today
     * @throws AmalgamException with the first that differs, by its name
     */
    static void requireSame(Path file, Map<String, String> made, Map<String, String> now) {
        made.keySet().stream()
                .filter(key -> key.startsWith(MODEL) && !now.containsKey(key))
                .findFirst()
                .ifPresent(key -> {
                    throw new AmalgamException(file + " was made with a model " + key.substring(MODEL.length())
                            + ", which the pool does not have; name the pool that it was made of, or another file");
                });
        now.forEach((key, value) -> {
            String then = made.get(key);
            if (value.equals(then)) {
                return;
            }
            if (key.startsWith(MODEL)) {
                throw new AmalgamException(file + " was made " + (then == null ? "without" : "with another")
                        + " model " + key.substring(MODEL.length())
                        + "; name the pool that it was made of, or another file");
            }
            throw new AmalgamException(file + " was made with method." + key + "=" + then + ", and now it is " + value
                    + "; give the value of then, or another file");
        });
    }
}
