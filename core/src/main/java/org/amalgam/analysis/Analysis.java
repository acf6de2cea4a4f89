package org.amalgam.analysis;

import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.run.Run;

import java.util.List;

/**
 * What to look at. An analysis is a record whose components are its settings (each annotated with
 * {@link org.amalgam.settings.Setting}) and whose {@link #findings} is its function; the catalogue names it.
 */
public interface Analysis {

    /**
     * What will be computed, in half a sentence for the plan.
     *
     * @param tasks by which models are judged
     * @param fastDevRun whether the run is a trial of the whole, which computes least
     * @throws org.amalgam.AmalgamException if settings, pool and tasks do not fit each other: before anything is computed
     */
    String plan(ModelPool pool, List<Task> tasks, boolean fastDevRun);

    /** Computes it; an interrupted analysis goes on from the run's snapshot to the same bits. */
    Findings findings(ModelPool pool, List<Task> tasks, Run run);

    /**
     * Native memory in bytes that it needs at once besides the mapped models, foreseen from the architecture and the run's number
     * of workers alone.
     */
    long memory(ModelPool pool, Run run);
}
