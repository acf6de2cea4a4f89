package org.amalgam.pool;

/** A task that models are adapted to or judged by: samples and a head. */
public interface Task {

    String name();

    /** Number of samples. */
    int size();

    Head head();

    /** The samples at these rows, made in the scope that is open. */
    Batch batch(int[] rows);

    /** Begins to fetch these rows in the background: they will be asked for next. */
    default void prefetch(int[] rows) {}

    /**
     * Refuses samples without labels. Whoever looks at labels asks for them with this, before anything is computed.
     *
     * @throws org.amalgam.AmalgamException if a label is hidden or missing, which names the file and what is expected there
     */
    default void requireLabels() {}

    /** What identifies samples, their order and the head: a hash. */
    String fingerprint();
}
