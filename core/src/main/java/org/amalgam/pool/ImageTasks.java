package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.data.dataset.ClassNames;
import org.amalgam.data.dataset.ImageDataset;
import org.amalgam.data.dataset.ImageDatasets;
import org.amalgam.data.dataset.PixelCache;
import org.amalgam.data.dataset.PixelStore;
import org.amalgam.data.dataset.TaskText;
import org.amalgam.data.image.ImageProcessor;
import org.amalgam.model.FeatureSpec;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Opens image tasks, each once: what a method adapts to and what a result is judged by are often the same images. Owns the
 * tasks' pixels; the heads belong to the scope that is open when a task is opened.
 */
public final class ImageTasks implements AutoCloseable {

    private static final List<String> TEMPLATES = List.of("a photo of a {}.");

    private record Key(ImageTaskSpec spec, FeatureSpec features, Path clip, Path processor) {}

    private final Map<Key, Task> opened = new LinkedHashMap<>();
    private final Map<Path, ClipHeads> heads = new LinkedHashMap<>();
    private final java.util.ArrayDeque<PixelStore> stores = new java.util.ArrayDeque<>();
    private final Path cache;
    private final long pixelBytes;
    private final Optional<PixelCache> pixels;

    /**
     * Opens nothing yet.
     *
     * @param cache folder for zero-shot heads
     * @param pixelBytes memory that a task's decoded images may take
     */
    public ImageTasks(Path cache, long pixelBytes) {
        this(cache, pixelBytes, 0);
    }

    /**
     * As above, with decoded images on disk, for later runs.
     *
     * @param diskBytes that the decoded images of all tasks and runs may take in the cache; 0 keeps none there
     */
    public ImageTasks(Path cache, long pixelBytes, long diskBytes) {
        this.cache = cache;
        this.pixelBytes = pixelBytes;
        this.pixels =
                diskBytes > 0 ? Optional.of(new PixelCache(cache.resolve("pixels"), diskBytes)) : Optional.empty();
    }

    /**
     * The task of that specification, for models of the CLIP model's own kind.
     *
     * @param clip a full CLIP model: text tower, projections, logit scale
     * @param processor folder with {@code preprocessor_config.json}, or a model of a family that does without
     * @throws AmalgamException if the data or the class names are wrong
     */
    public Task open(ImageTaskSpec spec, Path clip, Path processor) {
        return open(spec, Families.architecture(clip).features(), clip, processor);
    }

    /**
     * The task of that specification, for models that give such features.
     *
     * @throws AmalgamException as {@link #open(ImageTaskSpec, Path, Path)} does, and if the CLIP model's heads do not fit
     */
    public Task open(ImageTaskSpec spec, FeatureSpec features, Path clip, Path processor) {
        return opened.computeIfAbsent(new Key(spec, features, clip, processor), this::make);
    }

    private Task make(Key key) {
        ImageTaskSpec spec = key.spec();
        Optional<TaskText> known = ClassNames.of(spec.name());
        ImageDataset found = ImageDatasets.open(spec.paths(), spec.split(), spec.classNames(), spec.name());
        List<String> classNames = classNames(spec, known, found);
        // Labels are checked against names where a data set is opened with names.
        ImageDataset dataset = found.classNames().isEmpty()
                ? ImageDatasets.open(spec.paths(), spec.split(), classNames, spec.name())
                : found;
        List<String> templates = !spec.templates().isEmpty()
                ? spec.templates()
                : known.map(TaskText::templates).orElse(TEMPLATES);
        ImageProcessor processor = Families.imageProcessor(key.processor());
        ClipHeads source = heads.computeIfAbsent(key.clip(), clip -> ClipHeads.open(clip, cache));
        PixelStore store = new PixelStore(dataset, processor, pixelBytes, pixels);
        stores.push(store);
        return new ImageTask(
                spec.name(),
                store,
                source.head(classNames, templates, key.features()),
                dataset.fingerprint() + " " + source.fingerprint(classNames, templates) + " "
                        + processor.fingerprint());
    }

    private static List<String> classNames(ImageTaskSpec spec, Optional<TaskText> known, ImageDataset dataset) {
        if (!spec.classNames().isEmpty()) {
            return spec.classNames();
        }
        List<String> own = dataset.classNames();
        List<String> common = known.map(TaskText::classNames).orElse(List.of());
        // The same names in an order of their own, as subfolders are, are those of the labels already.
        boolean same = !own.isEmpty() && common.containsAll(own);
        if (known.isPresent() && !same && (own.isEmpty() || own.size() == common.size())) {
            return common;
        }
        if (own.isEmpty()) {
            throw new AmalgamException("the data set of " + spec.name()
                    + ": it carries no class names and none are known for a task of this name; give classnames: [...]");
        }
        return own;
    }

    @Override
    public void close() {
        while (!stores.isEmpty()) {
            stores.pop().close();
        }
    }
}
