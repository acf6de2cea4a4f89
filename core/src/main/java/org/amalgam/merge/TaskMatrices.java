package org.amalgam.merge;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Rows;
import org.amalgam.tensor.Scope;
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

    /** Reads a block of every task's row of one parameter. */
    @FunctionalInterface
    interface RowReader {

        /**
         * Reads into the beginnings of the first K arrays.
         *
         * @param block of at most {@link Rows#ELEMENTS}
         */
        void read(Span block, Rows rows);
    }

    /** The rows of that parameter block by block; several threads may ask at once. */
    default RowReader rows(String name) {
        return (block, rows) -> {
            try (Scope scope = Scope.open()) {
                Tensor matrix = matrix(name, block);
                for (int k = 0; k < tasks(); k++) {
                    matrix.select(0, k).readInto(rows.row(k));
                }
            }
        };
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
        return new Derived(this) {
            @Override
            public Tensor matrix(String name, Span span) {
                return step.apply(name, span, before.matrix(name, span));
            }
        };
    }

    /** Changes one task's entries in place, in the order of a parameter. */
    @FunctionalInterface
    interface EntryStep {
        void apply(String name, int task, float[] row, int length);
    }

    /** Changes a block of all tasks' rows of a parameter in place. */
    @FunctionalInterface
    interface RowStep {
        void apply(String name, Rows rows, int length);
    }

    /** {@link #then(Step)} where the step looks at each entry by itself. */
    default TaskMatrices thenEach(EntryStep step) {
        return thenRows((name, rows, length) -> {
            for (int k = 0; k < tasks(); k++) {
                step.apply(name, k, rows.row(k), length);
            }
        });
    }

    /** {@link #then(Step)} where the step looks at all tasks' entries of one place together. */
    default TaskMatrices thenRows(RowStep step) {
        TaskMatrices before = this;
        return new Derived(this) {
            @Override
            public RowReader rows(String name) {
                RowReader reader = before.rows(name);
                return (block, rows) -> {
                    reader.read(block, rows);
                    step.apply(name, rows, (int) block.length());
                };
            }

            @Override
            public Tensor matrix(String name, Span span) {
                RowReader reader = rows(name);
                Tensor matrix = Tensor.empty(DType.F32, tasks(), span.length());
                try (Rows rows = Rows.lent(tasks())) {
                    span.forEachBlock(block -> {
                        reader.read(block, rows);
                        try (Scope scope = Scope.open()) {
                            for (int k = 0; k < tasks(); k++) {
                                matrix.select(0, k)
                                        .slice(0, block.start() - span.start(), block.length())
                                        .assign(rows.row(k));
                            }
                        }
                    });
                }
                return matrix;
            }
        };
    }
}
