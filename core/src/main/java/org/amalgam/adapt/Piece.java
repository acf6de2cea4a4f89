package org.amalgam.adapt;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Consecutive samples of one task's batch that are computed together.
 *
 * @param task index of the task
 * @param from first sample of the task's batch
 * @param samples how many
 */
record Piece(int task, int from, int samples) {

    /** Every task's batch by itself; a task of which there is nothing has none. */
    static List<List<Piece>> whole(List<Integer> sizes) {
        return IntStream.range(0, sizes.size())
                .filter(task -> sizes.get(task) > 0)
                .mapToObj(task -> List.of(new Piece(task, 0, sizes.get(task))))
                .toList();
    }

    /**
     * Cuts the batches of all tasks, laid end to end, into micro-batches. Batches are cut where the limit falls, so that every
     * micro-batch but the last is full; losses are sums over samples, which no cut changes.
     *
     * @param sizes samples of each task's batch
     * @param limit samples that a micro-batch may hold, at least 1
     */
    static List<List<Piece>> plan(List<Integer> sizes, int limit) {
        List<List<Piece>> plan = new ArrayList<>();
        List<Piece> current = new ArrayList<>();
        int room = limit;
        for (int task = 0; task < sizes.size(); task++) {
            for (int from = 0; from < sizes.get(task); ) {
                int samples = Math.min(room, sizes.get(task) - from);
                current.add(new Piece(task, from, samples));
                from += samples;
                room -= samples;
                if (room == 0) {
                    plan.add(current);
                    current = new ArrayList<>();
                    room = limit;
                }
            }
        }
        if (!current.isEmpty()) {
            plan.add(current);
        }
        return plan;
    }
}
