package org.amalgam.merge;

import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;

import java.util.List;

/**
 * Task vectors span by span: made when asked for, and anew each time, so that no more than a span need be held.
 * {@link TaskVectors} are those that are held. Several threads may ask at once.
 */
public interface TaskMatrices {

    /** The parameters' names, in the ancestor's order. */
    List<String> names();

    /** Number of tasks, K. */
    int tasks();

    /** Number of scalars of that parameter, P. */
    long elements(String name);

    /** The rows of all tasks in a span of that parameter, float32 [K, length]. Not to be changed: it may be a view. */
    Tensor matrix(String name, Span span);

    /** The rows of all tasks, float32 [K, P]. Not to be changed: it may be a view. */
    default Tensor matrix(String name) {
        return matrix(name, Span.whole(elements(name)));
    }

    /** Task vector {@code task} of that parameter, float32 [P]. Not to be changed: it may be a view. */
    default Tensor row(String name, int task) {
        return matrix(name).select(0, task);
    }

    /** Makes one matrix [K, length] of another. */
    @FunctionalInterface
    interface Step {
        Tensor apply(String name, Span span, Tensor matrix);
    }

    /** These task vectors after one more step, which is taken whenever a span is asked for. */
    default TaskMatrices then(Step step) {
        TaskMatrices before = this;
        return new TaskMatrices() {
            @Override
            public List<String> names() {
                return before.names();
            }

            @Override
            public int tasks() {
                return before.tasks();
            }

            @Override
            public long elements(String name) {
                return before.elements(name);
            }

            @Override
            public Tensor matrix(String name, Span span) {
                return step.apply(name, span, before.matrix(name, span));
            }
        };
    }
}
