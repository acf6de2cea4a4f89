package org.amalgam.statistic;

import org.amalgam.AmalgamException;
import org.amalgam.data.dataset.Sampler;
import org.amalgam.pool.Task;
import org.amalgam.run.Run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which samples of a task a statistic is taken on.
 *
 * @param key the setting that says how many, for errors: {@code num_fisher_examples}
 * @param examples how many, at least 1
 * @param batchSize samples that are drawn together, at least 1; the last batch may be smaller
 * @param shuffle false for the first samples in their order
 */
public record Samples(String key, int examples, int batchSize, boolean shuffle) {

    public Samples {
        requirePositive(key, examples);
        requirePositive("batch_size", batchSize);
    }

    /**
     * Row numbers, batch by batch.
     *
     * @param purpose what they are drawn for
     * @throws AmalgamException if the task has too few samples
     */
    List<int[]> batches(String purpose, Task task, Run run) {
        if (task.size() < examples) {
            throw new AmalgamException("method." + key + ": " + examples + " are asked for, the training data of "
                    + task.name() + " have " + task.size() + " samples; ask for at most that many");
        }
        Sampler sampler = new Sampler(run.seed(), purpose + "/" + task.name(), task.size(), batchSize, shuffle);
        List<int[]> batches = new ArrayList<>();
        int left = taken(run);
        for (int step = 0; left > 0; step++) {
            int[] rows = sampler.batch(step);
            batches.add(Arrays.copyOf(rows, Math.min(rows.length, left)));
            left -= rows.length;
        }
        return batches;
    }

    /** How many are looked at: one batch where a run is only tried. */
    private int taken(Run run) {
        return run.fastDevRun() ? Math.min(batchSize, examples) : examples;
    }

    /** What is really taken, in words, for files and reports. */
    String describe(Run run) {
        return taken(run) + " samples in batches of " + batchSize
                + (shuffle ? ", drawn with seed " + run.seed() : ", the first ones");
    }

    private static void requirePositive(String key, int number) {
        if (number < 1) {
            throw new AmalgamException("method." + key + ": " + number + " is too few; give at least 1");
        }
    }
}
