package org.amalgam.merge;

import org.amalgam.tensor.Crew;
import org.amalgam.tensor.Rows;

/**
 * The election of signs in TIES (Yadav et al., NeurIPS 2023, section 4): an entry's sign is that of its sum over the tasks. An
 * entry whose sum is 0 takes the sign that the majority of all entries of the model has, as in the reference.
 */
final class Election {

    private Election() {}

    /** The sign that the majority of all entries elects: -1, 0 or 1. A span is in flight on each thread of the crew. */
    static double majority(TaskMatrices vectors, Crew crew) {
        int tasks = vectors.tasks();
        long sum = crew
                .deal(Part.of(vectors, vectors.names()), part -> {
                    long[] signs = {0};
                    try (Rows lent = Rows.lent(tasks + 1)) {
                        part.forEachBlock(lent, length -> {
                            Entries.sum(lent, tasks, lent.row(tasks), length);
                            signs[0] += Entries.signs(lent.row(tasks), length);
                        });
                    }
                    return signs[0];
                })
                .stream()
                .mapToLong(Long::longValue)
                .sum();
        return Long.signum(sum);
    }
}
