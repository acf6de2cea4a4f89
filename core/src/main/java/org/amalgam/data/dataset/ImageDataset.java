package org.amalgam.data.dataset;

import java.util.List;
import java.util.Optional;

/** A set of encoded images in a fixed order, labelled or not. Safe for use by several threads. */
public interface ImageDataset {

    /** What the user calls it. */
    String name();

    /** Number of examples, at least 1. */
    int size();

    /** Class names in the order of the labels; empty where neither the user nor the data name them. */
    List<String> classNames();

    /**
     * Labels of all examples, without reading an image; where class names are known, every label is one of theirs. -1 where it is
     * hidden or there is none.
     */
    int label(int index);

    /** Why not every example has a label, as an error says it: file and row, and what to do; empty where each has one. */
    default Optional<String> hiddenLabels() {
        return Optional.empty();
    }

    /**
     * The example of that position.
     *
     * @throws org.amalgam.AmalgamException if its bytes cannot be read
     */
    Example example(int index);

    /** SHA-256 over the data set's content, in hex. Reads everything the first time. */
    String fingerprint();
}
