package org.amalgam.statistic;

import org.amalgam.model.Architecture;
import org.amalgam.pool.Task;
import org.amalgam.run.Run;
import org.amalgam.tensor.Weights;

import java.util.List;

/** A statistic of one model on samples of one task. */
public sealed interface Statistic permits FisherInformation, GramMatrices {

    /** What files of it are called: {@code fisher}, {@code gram}. */
    String kind();

    /** In words, with whatever it depends on besides model and samples. */
    String describe();

    /** Whether gradients pass back through the network. */
    boolean passesBack();

    /** The names of its tensors. */
    List<String> names(Architecture architecture);

    /**
     * Takes it. The samples are shared out among the run's workers.
     *
     * @param weights of the model; of any floating type
     * @param batches row numbers of the task's samples
     * @return float32 tensors by the name of what they are of, in the scope that is open
     */
    Weights of(Architecture architecture, Weights weights, Task task, List<int[]> batches, Run run);
}
