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

    /** What identifies samples, their order and the head: a hash. */
    String fingerprint();
}
