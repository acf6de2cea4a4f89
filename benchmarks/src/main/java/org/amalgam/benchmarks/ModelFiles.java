package org.amalgam.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.checkpoint.SafetensorsWriter;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * ViT-B/32-shaped checkpoints in float32: an ancestor and random neighbours, 0.35 GB each.
 *
 * @param folder where they lie
 * @param tasks how many neighbours there are
 */
record ModelFiles(Path folder, int tasks) {

    private static final double STEP = 1e-3;

    private Path expert(int k) {
        return folder.resolve("task_" + k);
    }

    /** The names of the tasks. */
    List<String> names() {
        return IntStream.range(0, tasks).mapToObj(k -> "task_" + k).toList();
    }

    /** The pool that they are, in the scope that is open. */
    ModelPool open(Supplier<List<Task>> training) {
        Map<String, Path> experts = new LinkedHashMap<>();
        names().forEach(name -> experts.put(name, folder.resolve(name)));
        return ModelPool.open(folder.resolve("ancestor"), experts, ModelPool.none("test_datasets"), training);
    }

    /** Writes the models, one at a time, unless they are there. */
    void writeIfMissing() {
        // Written last: whoever finds it finds all.
        if (Files.exists(expert(tasks - 1).resolve("model.safetensors"))) {
            return;
        }
        RandomWork work = new RandomWork(ViTs.b32(), tasks, 0, new Random(0));
        try (Scope scope = Scope.open()) {
            Weights ancestor = work.model(name -> true);
            save(ancestor, folder.resolve("ancestor"));
            for (int k = 0; k < tasks; k++) {
                try (Scope one = Scope.open()) {
                    save(
                            ancestor.map((name, theta) ->
                                    theta.add(Tensors.normal(work.random().nextLong(), STEP, theta.shape()))),
                            expert(k));
                }
            }
        }
    }

    private static void save(Weights weights, Path folder) {
        try {
            Files.createDirectories(folder);
            ObjectNode config = new ObjectMapper().createObjectNode();
            config.put("model_type", "clip_vision_model").put("patch_size", 32).put("image_size", 224);
            config.putArray("architectures").add("CLIPVisionModel");
            Files.writeString(folder.resolve("config.json"), config.toString());
            SafetensorsWriter.write(
                    folder.resolve("model.safetensors"),
                    Map.of("format", "pt"),
                    weights.entries().entrySet().stream()
                            .map(e -> new SafetensorsWriter.Entry(
                                    e.getKey(),
                                    e.getValue().dtype(),
                                    Arrays.stream(e.getValue().shape()).boxed().toList(),
                                    (out, span) -> e.getValue().writeTo(out, span)))
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
