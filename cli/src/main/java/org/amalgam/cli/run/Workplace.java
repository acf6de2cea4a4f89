package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.method.Method;
import org.amalgam.method.StaticMethod;
import org.amalgam.model.FeatureSpec;
import org.amalgam.pool.Compatibility;
import org.amalgam.pool.Families;
import org.amalgam.pool.ImageTasks;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.pool.TextTasks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

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
    private final ImageTasks images;
    private Optional<TextTasks> texts = Optional.empty();

    /**
     * Opens nothing yet.
     *
     * @param cache folder of zero-shot heads and decoded images
     * @param diskBytes that decoded images may take there
     */
    Workplace(ModelPoolSettings models, TaskPoolSettings judged, Folders folders, Path cache, long diskBytes) {
        this.models = models;
        this.judged = judged;
        this.folders = folders;
        this.images = new ImageTasks(cache, PIXEL_BYTES, diskBytes);
    }

    /** The pool with all its data. */
    ModelPool pool() {
        return pool(true, true);
    }

    /** The pool of work that looks at samples of the task pool alone. */
    ModelPool poolWithoutData() {
        return pool(false, false);
    }

    /**
     * The pool with the data that the method uses, labelled where it reads labels; one that looks at each number as it reads it looks
     * at none beforehand.
     *
     * @throws AmalgamException if the models do not fit each other or the method, before any data is opened
     */
    ModelPool pool(Method method) {
        ModelPool mapped = mapped();
        method.requireFit(mapped);
        return method instanceof StaticMethod
                ? mapped
                : with(mapped, method.usesData(), method.usesTrainingData(), method.readsLabels())
                        .checked();
    }

    /** What keeps the models from being merged. */
    Compatibility compatibility() {
        return Compatibility.of(ancestor(), experts());
    }

    private ModelPool pool(boolean withData, boolean withTrainingData) {
        return with(mapped(), withData, withTrainingData, false).checked();
    }

    private ModelPool mapped() {
        return compatibility().pool(ModelPool.none("test_datasets"), ModelPool.none("train_datasets"));
    }

    private ModelPool with(ModelPool mapped, boolean withData, boolean withTrainingData, boolean labelled) {
        return new ModelPool(
                mapped.architecture(),
                mapped.ancestor(),
                mapped.experts(),
                withData ? opened(adaptationTasks(), labelled) : ModelPool.none("test_datasets"),
                withTrainingData ? opened(trainingTasks(), labelled) : knownTrainingTasks());
    }

    private Path ancestor() {
        return folders.model(models.ancestor());
    }

    private Map<String, Path> experts() {
        Map<String, Path> experts = new LinkedHashMap<>();
        models.experts().forEach((task, model) -> experts.put(task, folders.model(model)));
        return experts;
    }

    /** The model of the judging heads. */
    private Path clip() {
        return folders.model(judged.clip(models.ancestor()));
    }

    private static Supplier<List<Task>> opened(List<Task> data, boolean labelled) {
        if (labelled) {
            data.forEach(Task::requireLabels);
        }
        return () -> data;
    }

    /** One task for every model of the pool. The pool's own data set counts; without one, the task pool's of that name. */
    private List<Task> adaptationTasks() {
        Map<String, DatasetSettings> known = new LinkedHashMap<>(judged.testDatasets());
        known.putAll(models.testDatasets());
        return open(known, "test_datasets", "adapts to data");
    }

    private List<Task> trainingTasks() {
        return open(models.trainDatasets(), "train_datasets", "looks at training samples");
    }

    /** Training data that are opened only when asked for: statistics from files are checked against them. */
    private Supplier<List<Task>> knownTrainingTasks() {
        return models.trainDatasets().keySet().containsAll(models.experts().keySet())
                ? this::trainingTasks
                : ModelPool.none("train_datasets");
    }

    private List<Task> open(Map<String, DatasetSettings> known, String key, String why) {
        Path ancestor = ancestor();
        boolean reads = readsTexts();
        List<Task> data = new ArrayList<>();
        for (String task : models.experts().keySet()) {
            DatasetSettings dataset = known.get(task);
            if (dataset == null) {
                throw new AmalgamException("modelpool." + key + ": there is none for the model " + task
                        + ", and the method " + why + "; name one, or leave the model out");
            }
            data.add(
                    reads
                            ? text(dataset, key, task)
                            : images.open(
                                    dataset.spec(key, task, folders),
                                    Families.architecture(ancestor).features(),
                                    // A vision tower alone cannot speak: then the judging heads' model does.
                                    Families.speaks(ancestor) ? ancestor : clip(),
                                    folders.processor(models.imageProcessor())));
        }
        return data;
    }

    /**
     * The tasks by which results are judged.
     *
     * @throws AmalgamException if a sample has no label
     */
    List<Task> judgingTasks() {
        List<Task> tasks = judgedTasks();
        tasks.forEach(Task::requireLabels);
        return tasks;
    }

    private List<Task> judgedTasks() {
        if (!judged.judges()) {
            return List.of();
        }
        if (readsTexts()) {
            return judged.testDatasets().entrySet().stream()
                    .map(entry -> text(entry.getValue(), "test_datasets", entry.getKey()))
                    .toList();
        }
        FeatureSpec features = Families.architecture(ancestor()).features();
        Path clip = clip();
        Path processor = folders.processor(judged.processor(models.ancestor()));
        return judged.testDatasets().entrySet().stream()
                .map(entry -> images.open(
                        entry.getValue().spec("test_datasets", entry.getKey(), folders), features, clip, processor))
                .toList();
    }

    private boolean readsTexts() {
        return Families.longestText(ancestor()).isPresent();
    }

    /** A task whose head is that of the model of its name. */
    private Task text(DatasetSettings dataset, String key, String task) {
        if (!models.experts().containsKey(task)) {
            throw new AmalgamException("taskpool." + key + "." + task + ": modelpool.models has no model of this name,"
                    + " whose head would tell the texts' classes; leave the task out");
        }
        if (texts.isEmpty()) {
            Path ancestor = ancestor();
            Path folder = Files.isDirectory(ancestor)
                    ? ancestor
                    : ancestor.toAbsolutePath().getParent();
            texts = Optional.of(new TextTasks(
                    ancestor,
                    models.tokenizer().orElse(folder),
                    models.maxLength().map(OptionalInt::of).orElse(OptionalInt.empty())));
        }
        return texts.get()
                .open(
                        dataset.texts(key, task, folders),
                        folders.model(models.experts().get(task)));
    }

    @Override
    public void close() {
        texts.ifPresent(TextTasks::close);
        images.close();
    }
}
