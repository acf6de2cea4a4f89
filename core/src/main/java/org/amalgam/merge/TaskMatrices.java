package org.amalgam.merge;

import org.amalgam.tensor.Tensor;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Task vectors parameter by parameter: made when asked for, and anew each time, so that no more than one parameter's need be
 * held. {@link TaskVectors} are those that are held.
 */
public interface TaskMatrices {

    /** The parameters' names, in the ancestor's order. */
    List<String> names();

    /** Number of tasks, K. */
    int tasks();

    /** Number of scalars of that parameter, P. */
    long elements(String name);

    /** Task vector {@code task} of that parameter, float32 [P]. Not to be changed: it may be a view. */
    Tensor row(String name, int task);

    /** The rows of all tasks, float32 [K, P]. Not to be changed: it may be a view. */
    default Tensor matrix(String name) {
        return Tensor.stack(
                IntStream.range(0, tasks()).mapToObj(k -> row(name, k)).toList());
    }

    /** Makes one row of another. */
    @FunctionalInterface
    interface RowStep {
        Tensor apply(String name, int task, Tensor row);
    }

    /** These task vectors after one more step, which is taken whenever a row is asked for. */
    default TaskMatrices then(RowStep step) {
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
            public Tensor row(String name, int task) {
                return step.apply(name, task, before.row(name, task));
            }
        };
    }
}
