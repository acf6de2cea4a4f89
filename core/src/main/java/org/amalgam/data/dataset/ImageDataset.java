package org.amalgam.data.dataset;

import java.util.List;

/** A labelled set of encoded images in a fixed order. Safe for use by several threads. */
public interface ImageDataset {

    /** What the user calls it. */
    String name();

    /** Number of examples, at least 1. */
    int size();

    /** Class names in the order of the labels; empty where neither the user nor the data name them. */
    List<String> classNames();

    /** Labels of all examples, without reading an image; where class names are known, every label is one of theirs. */
    int label(int index);

    /**
     * The example of that position.
     *
     * @throws org.amalgam.AmalgamException if its bytes cannot be read
     */
    Example example(int index);

    /** SHA-256 over the data set's content, in hex. Reads everything the first time. */
    String fingerprint();
}
