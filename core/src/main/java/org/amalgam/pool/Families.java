package org.amalgam.pool;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.AmalgamException;
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

    private Families() {}

    /**
     * The family of a model.
     *
     * @throws AmalgamException if it is of none, or if nothing says of which
     */
    static Family of(Checkpoint model) {
        return ALL.stream().filter(family -> family.has(model)).findFirst().orElseThrow(() -> unknown(model));
    }

    /**
     * The architecture of what is merged of a model: a folder, or a file of weights.
     *
     * @throws AmalgamException if the model is of no known family
     */
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

    private static AmalgamException unknown(Checkpoint model) {
        JsonNode config = model.config();
        String type = config.path("model_type").asText();
        return new AmalgamException(model.folder().resolve("config.json") + ": model_type is "
                + (type.isEmpty() ? "not given" : type) + ", which is no family that is known; expected "
                + ALL.stream().map(Family::marks).collect(Collectors.joining(", or ")));
    }
}
