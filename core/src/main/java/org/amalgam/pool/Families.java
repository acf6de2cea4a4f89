package org.amalgam.pool;

import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.data.image.ImageProcessor;
import org.amalgam.model.Architecture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** The families of models that are known: the one place that says which family a model is of. */
public final class Families {

    /** One line a family. Names of tensors tell more than a configuration that lies in the same folder: they come first. */
    private static final List<Family> ALL = List.of(new OpenClipFamily(), new ClipFamily(), new Gpt2Family());

    /** Has whatever is of none of them. */
    private static final Family LAST = new PlainFamily(
            "config.json with model_type " + ALL.stream().map(Family::marks).collect(Collectors.joining(", or ")));

    private Families() {}

    /** The family of a model: the first that knows it, or the one that knows nothing but tensors. */
    static Family of(Checkpoint model) {
        return ALL.stream().filter(family -> family.has(model)).findFirst().orElse(LAST);
    }

    /** The architecture of what is merged of a model: a folder, or a file of weights. */
    public static Architecture architecture(Path model) {
        Checkpoint checkpoint = Checkpoint.open(model);
        return of(checkpoint).architecture(checkpoint);
    }

    /** Whether zero-shot heads can be made of a model: whether it has a text tower. */
    public static boolean speaks(Path model) {
        Checkpoint checkpoint = Checkpoint.open(model);
        return of(checkpoint).words(checkpoint).present();
    }

    /** Tokens of the longest text that a model reads; empty where it reads none but images. */
    public static OptionalInt longestText(Path model) {
        Checkpoint checkpoint = Checkpoint.open(model);
        return of(checkpoint).longestText(checkpoint);
    }

    /** How the images become the input of a model: from its {@code preprocessor_config.json}, or as its family does it. */
    static ImageProcessor imageProcessor(Path model) {
        Path folder = Files.isDirectory(model) ? model : model.toAbsolutePath().getParent();
        if (Files.exists(folder.resolve(ImageProcessor.FILE_NAME))) {
            return ImageProcessor.read(folder);
        }
        Checkpoint checkpoint = Checkpoint.open(model);
        return of(checkpoint).imageProcessor(checkpoint);
    }
}
