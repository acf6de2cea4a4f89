package org.amalgam.method;

import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;

import java.util.OptionalLong;

/**
 * How to merge. A method is a record whose components are its settings (each annotated with
 * {@link org.amalgam.settings.Setting}) and whose {@link #merge} is its function; the catalogue names it.
 */
public interface Method {

    /**
     * What plans and reports call it where its settings choose between variants of it: {@code layer-wise adamerging}.
     *
     * @param name under which it was chosen, its own or a preset's
     */
    default String title(String name) {
        return name;
    }

    /**
     * Merges the pool's models. What is returned belongs to the scope that is open.
     *
     * @throws org.amalgam.AmalgamException if the settings and the pool do not fit each other
     */
    MergedModel merge(ModelPool pool, Run run);

    /**
     * Refuses a pool that it cannot merge, as far as headers and settings tell: asked before anything is computed.
     *
     * @throws org.amalgam.AmalgamException if the settings and the pool do not fit each other
     */
    default void requireFit(ModelPool pool) {
        if (usesData() || usesTrainingData()) {
            pool.architecture().features();
        }
    }

    /** Bytes that a mixture takes when it is saved, foreseen from the architecture; empty where the result is one dense model. */
    default OptionalLong mixtureBytes(ModelPool pool) {
        return OptionalLong.empty();
    }

    /** Whether it looks at test samples, so that the pool must name data sets. */
    default boolean usesData() {
        return false;
    }

    /** Whether it looks at training samples, so that the pool must name {@code train_datasets}. */
    default boolean usesTrainingData() {
        return false;
    }

    /** Whether it looks at the labels of these samples too; otherwise data sets may be without. */
    default boolean readsLabels() {
        return false;
    }

    /** How many models it makes besides, one for each of several preferences, which are judged as a front. */
    default int frontSize(ModelPool pool) {
        return 0;
    }

    /**
     * Steps in which it learns.
     *
     * @param samples of all tasks that a step passes through the network, forward and back; fewer where an epoch ends
     */
    record Steps(int count, long samples) {

        /** Nothing is learned. */
        public static final Steps NONE = new Steps(0, 0);

        /** With a batch of each of the pool's tasks a step. */
        static Steps of(int count, int batchSize, ModelPool pool) {
            return new Steps(count, (long) batchSize * pool.tasks().size());
        }
    }

    /** The steps in which it learns from that pool, foreseen from its settings. */
    default Steps steps(ModelPool pool) {
        return Steps.NONE;
    }

    /** Native memory in bytes that the activations of one step take when all its samples are computed at once; 0 without steps. */
    default long activationBytes(ModelPool pool) {
        return 0;
    }

    /**
     * Native memory in bytes that it needs at once besides the mapped models and activations, foreseen from the architecture
     * alone.
     */
    default long memory(ModelPool pool, Run run) {
        return pool.architecture().elements() * Float.BYTES;
    }
}
