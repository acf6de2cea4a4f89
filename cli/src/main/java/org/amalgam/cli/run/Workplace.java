package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.model.clip.ClipVisionConfig;
import org.amalgam.pool.ImageTasks;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The models and data of a run, opened once and owned by it. Models are mapped and checked at once; data are opened before
 * anything is computed, so that a mistake in them shows before an hour is spent.
 */
final class Workplace implements AutoCloseable {

    /** Decoded images of one task are kept up to this many bytes. */
    private static final long PIXEL_BYTES = 256L << 20;

    private final ModelPoolSettings models;
    private final TaskPoolSettings judged;
    private final Folders folders;
    private final ImageTasks tasks;

    Workplace(ModelPoolSettings models, TaskPoolSettings judged, Folders folders, Path cache) {
        this.models = models;
        this.judged = judged;
        this.folders = folders;
        this.tasks = new ImageTasks(cache, PIXEL_BYTES);
    }

    /** The pool; with data for the methods that use it. */
    ModelPool pool(boolean withData) {
        if (!withData) {
            return ModelPool.open(folders.model(models.ancestor()), experts());
        }
        List<Task> data = adaptationTasks();
        return ModelPool.open(folders.model(models.ancestor()), experts(), () -> data);
    }

    private Map<String, Path> experts() {
        Map<String, Path> experts = new LinkedHashMap<>();
        models.experts().forEach((task, model) -> experts.put(task, folders.model(model)));
        return experts;
    }

    /** One task for every model of the pool. The pool's own data set counts; without one, the task pool's of that name. */
    private List<Task> adaptationTasks() {
        Map<String, DatasetSettings> known = new LinkedHashMap<>(judged.testDatasets());
        known.putAll(models.testDatasets());
        List<Task> data = new ArrayList<>();
        for (String task : models.experts().keySet()) {
            DatasetSettings dataset = known.get(task);
            if (dataset == null) {
                throw new AmalgamException("modelpool.test_datasets: there is none for the model " + task
                        + ", and the method adapts to data; name one, or leave the model out");
            }
            data.add(tasks.open(
                    dataset.spec(task, folders),
                    folders.model(models.ancestor()),
                    folders.processor(models.imageProcessor())));
        }
        return data;
    }

    /** The tasks by which results are judged. */
    List<Task> judgingTasks() {
        if (judged.testDatasets().isEmpty()) {
            return List.of();
        }
        Path clip = folders.model(judged.clip(models.ancestor()));
        Path processor = folders.processor(judged.processor(models.ancestor()));
        requireOneWidth(folders.model(models.ancestor()), clip);
        return judged.testDatasets().entrySet().stream()
                .map(entry -> tasks.open(entry.getValue().spec(entry.getKey(), folders), clip, processor))
                .toList();
    }

    /** Heads read what the merged tower gives: their projection must be of its width. */
    private static void requireOneWidth(Path ancestor, Path clip) {
        int given = width(ancestor);
        int taken = width(clip);
        if (given != taken) {
            throw new AmalgamException("taskpool.clip_model: the heads of " + clip + " take features of width " + taken
                    + ", the models of modelpool give " + given + "; name the CLIP model that they descend from");
        }
    }

    private static int width(Path folder) {
        Checkpoint checkpoint = Checkpoint.open(folder);
        return ClipVisionConfig.of(
                        checkpoint.config(),
                        checkpoint.folder().resolve("config.json").toString())
                .transformer()
                .width();
    }

    @Override
    public void close() {
        tasks.close();
    }
}
