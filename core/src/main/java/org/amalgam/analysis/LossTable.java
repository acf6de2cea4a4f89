package org.amalgam.analysis;

import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.StateFile;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Two losses a point and pair, NaN where none is known yet; on disk beside the run, so that what was killed goes on where it was.
 */
final class LossTable {

    private static final String LOSSES = "losses";

    private final StateFile file;
    private final int pairs;
    private final int points;
    private final double[] losses;

    private LossTable(StateFile file, int pairs, int points, double[] losses) {
        this.file = file;
        this.pairs = pairs;
        this.points = points;
        this.losses = losses;
    }

    /**
     * The table of that file, or an empty one.
     *
     * @param identity whatever the losses depend on: models, data, settings, seed
     * @throws org.amalgam.AmalgamException if the file belongs to another run
     */
    static LossTable open(Optional<Path> path, String identity, int pairs, int points) {
        StateFile file = new StateFile(path, identity);
        double[] losses =
                file.read().map(saved -> saved.tensor(LOSSES).toDoubles()).orElseGet(() -> unknown(2 * pairs * points));
        return new LossTable(file, pairs, points, losses);
    }

    private static double[] unknown(int count) {
        double[] none = new double[count];
        Arrays.fill(none, Double.NaN);
        return none;
    }

    /** The loss of a pair's first (0) or second (1) task at a point. */
    double loss(int pair, int point, int task) {
        return losses[2 * (pair * points + point) + task];
    }

    /** The points of a pair that have no losses yet. */
    List<Integer> missing(int pair) {
        return IntStream.range(0, points)
                .filter(point -> Double.isNaN(loss(pair, point, 0)))
                .boxed()
                .toList();
    }

    void put(int pair, int point, double first, double second) {
        losses[2 * (pair * points + point)] = first;
        losses[2 * (pair * points + point) + 1] = second;
    }

    /** Saves if some time has passed since the last time, or if it must be now. */
    void saveIfDue(boolean now) {
        if (file.isDue(now)) {
            file.write(Map.of(), Map.of(LOSSES, HostTensor.ofDoubles(losses, pairs, points, 2)));
        }
    }
}
