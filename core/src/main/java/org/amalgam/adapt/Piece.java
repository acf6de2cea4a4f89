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
     * Cuts the batches of all tasks, laid end to end, into micro-batches that differ by one sample at most, as many as every worker
     * needs to get equally many. Batches are cut where a micro-batch ends; losses are sums over samples, which no cut changes.
     *
     * @param sizes samples of each task's batch
     * @param limit samples that a micro-batch may hold, at least 1
     * @param workers that the micro-batches are dealt to
     */
    static List<List<Piece>> plan(List<Integer> sizes, int limit, int workers) {
        int samples = sizes.stream().mapToInt(Integer::intValue).sum();
        long rounds = (samples + (long) limit * workers - 1) / ((long) limit * workers);
        int count = (int) Math.min(samples, rounds * workers);
        List<List<Piece>> plan = new ArrayList<>();
        int task = 0;
        int from = 0;
        for (int i = 0; i < count; i++) {
            List<Piece> pieces = new ArrayList<>();
            int room = end(i, samples, count) - end(i - 1, samples, count);
            while (room > 0) {
                int taken = Math.min(room, sizes.get(task) - from);
                if (taken > 0) {
                    pieces.add(new Piece(task, from, taken));
                }
                from += taken;
                room -= taken;
                if (from == sizes.get(task)) {
                    task++;
                    from = 0;
                }
            }
            plan.add(pieces);
        }
        return plan;
    }

    /** How many of the samples the first micro-batches hold, up to and with number {@code i}. */
    private static int end(int i, int samples, int count) {
        return (int) ((i + 1L) * samples / count);
    }
}
