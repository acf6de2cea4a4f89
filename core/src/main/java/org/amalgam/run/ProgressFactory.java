package org.amalgam.run;

/** Opens the display of a task's progress. */
@FunctionalInterface
public interface ProgressFactory {

    /** Shows nothing. */
    ProgressFactory NONE = (what, total) -> Progress.NONE;

    /**
     * Starts to display a task.
     *
     * @param what the task in one word or two: {@code adapting}
     * @param total number of steps, at least 1
     */
    Progress progress(String what, long total);
}
