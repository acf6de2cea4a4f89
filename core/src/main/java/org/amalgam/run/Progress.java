package org.amalgam.run;

/** How far a long task has come. Reporting is cheap: a task reports each step and the display chooses what to show. */
public interface Progress extends AutoCloseable {

    /** Shows nothing. */
    Progress NONE = new Progress() {
        @Override
        public void step(long done, String status) {}

        @Override
        public void close() {}
    };

    /**
     * Reports a step.
     *
     * @param done steps done so far, out of the total that the task was started with
     * @param status what matters now, in a few words: {@code entropy 0.413  λ 0.12 … 0.71}; may be empty
     */
    void step(long done, String status);

    /** Ends the display: what was last reported stays to be read. */
    @Override
    void close();
}
