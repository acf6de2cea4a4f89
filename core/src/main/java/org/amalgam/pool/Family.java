package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.data.image.ImageProcessor;
import org.amalgam.model.Architecture;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A family of models: how a checkpoint shows that it belongs to it, and how it is read and written. {@link Families} lists them. */
interface Family {

    /** What is looked for, for the user: {@code config.json with model_type clip}. */
    String marks();

    /** Whether the checkpoint is of this family, from its header and configuration. */
    boolean has(Checkpoint model);

    /** The file beside a model that says how it computes what its shapes do not tell. */
    default String configuration() {
        return "config.json";
    }

    /**
     * The architecture of what is merged.
     *
     * @throws AmalgamException if configuration or shapes contradict themselves
     */
    Architecture architecture(Checkpoint model);

    /** Where models that are merged into that ancestor have the parameters. */
    Naming naming(Checkpoint ancestor, Architecture architecture);

    /**
     * How a merged model is written.
     *
     * @param dtype {@code float32}, {@code float16} or {@code bfloat16}; empty for the ancestor's own
     */
    Saving saving(Checkpoint ancestor, Architecture architecture, Optional<String> dtype);

    /** How other software loads a model merged into that ancestor. */
    Loading loading(Checkpoint ancestor);

    /** What keeps a model from being merged into the ancestor, besides names, shapes and types of what is merged. */
    default List<Conflict> conflicts(String name, Checkpoint ancestor, Checkpoint model) {
        return List.of();
    }

    /** From the second name of a tensor of a model to the one under which it is merged and written. */
    default Map<String, String> tied(Checkpoint ancestor, Checkpoint model) {
        return Map.of();
    }

    /** What to do about a model that has other tensors than the ancestor. */
    default String remedy(Checkpoint ancestor, Checkpoint model) {
        return "are they of one family? Compare them with bin/amalgam diff " + ancestor.path() + " " + model.path()
                + (Files.exists(model.folder().resolve("config.json")) ? ", and the two config.json files" : "");
    }

    /** What zero-shot heads are made of. */
    default Words words(Checkpoint model) {
        throw new AmalgamException(model.path() + ": zero-shot heads need a CLIP model with a text tower");
    }

    /** Tokens of the longest text that the encoder reads; empty where it reads images. */
    default OptionalInt longestText(Checkpoint model) {
        return OptionalInt.empty();
    }

    /** How images become the encoder's input. */
    default ImageProcessor imageProcessor(Checkpoint model) {
        return ImageProcessor.read(model.folder());
    }
}
