package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.pool.Families;
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
    private final ImageTasks tasks;

    Workplace(ModelPoolSettings models, TaskPoolSettings judged, Path cache) {
        this.models = models;
        this.judged = judged;
        this.tasks = new ImageTasks(cache, PIXEL_BYTES);
    }

    /** The pool; with data for the methods that use it. */
    ModelPool pool(boolean withData) {
        if (!withData) {
            return ModelPool.open(models.ancestor(), models.experts());
        }
        List<Task> data = adaptationTasks();
        return ModelPool.open(models.ancestor(), models.experts(), () -> data);
    }

    /** One task for every model of the pool. The pool's own data set counts; without one, the task pool's of that name. */
    private List<Task> adaptationTasks() {
        Map<String, DatasetSettings> known = new LinkedHashMap<>(judged.testDatasets());
        known.putAll(models.testDatasets());
        Path ancestor = models.ancestor();
        List<Task> data = new ArrayList<>();
        for (String task : models.experts().keySet()) {
            DatasetSettings dataset = known.get(task);
            if (dataset == null) {
                throw new AmalgamException("modelpool.test_datasets: there is none for the model " + task
                        + ", and the method adapts to data; name one, or leave the model out");
            }
            data.add(tasks.open(
                    dataset.spec(task),
                    Families.architecture(ancestor).features(),
                    // A vision tower alone cannot speak: then the judging heads' model does.
                    Families.speaks(ancestor) ? ancestor : judged.clip(ancestor),
                    models.processor().orElse(ancestor)));
        }
        return data;
    }

    /** The tasks by which results are judged. */
    List<Task> judgingTasks() {
        Path ancestor = models.ancestor();
        return judged.testDatasets().entrySet().stream()
                .map(entry -> tasks.open(
                        entry.getValue().spec(entry.getKey()),
                        Families.architecture(ancestor).features(),
                        judged.clip(ancestor),
                        judged.processor(ancestor)))
                .toList();
    }

    @Override
    public void close() {
        tasks.close();
    }
}
