package org.amalgam.analysis;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.HostTensor;
import org.amalgam.checkpoint.Safetensors;
import org.amalgam.checkpoint.SafetensorsFile;
import org.amalgam.checkpoint.SafetensorsWriter;

import java.nio.file.Files;
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

    private static final long INTERVAL_NANOS = 20_000_000_000L;
    private static final String IDENTITY = "identity";
    private static final String LOSSES = "losses";

    private final Optional<Path> file;
    private final String identity;
    private final int pairs;
    private final int points;
    private final double[] losses;
    private long lastSaved = System.nanoTime();

    private LossTable(Optional<Path> file, String identity, int pairs, int points, double[] losses) {
        this.file = file;
        this.identity = identity;
        this.pairs = pairs;
        this.points = points;
        this.losses = losses;
    }

    /**
     * The table of that file, or an empty one.
     *
     * @param identity whatever the losses depend on: models, data, settings, seed
     * @throws AmalgamException if the file belongs to another run
     */
    static LossTable open(Optional<Path> file, String identity, int pairs, int points) {
        if (file.isEmpty() || !Files.exists(file.get())) {
            double[] none = new double[2 * pairs * points];
            Arrays.fill(none, Double.NaN);
            return new LossTable(file, identity, pairs, points, none);
        }
        SafetensorsFile saved = Safetensors.open(file.get());
        if (!identity.equals(saved.metadata().get(IDENTITY))) {
            throw new AmalgamException(file.get() + " belongs to a run with other settings or inputs:\n  saved "
                    + saved.metadata().get(IDENTITY) + "\n  now   " + identity
                    + "\nResume with the settings of that run, or start afresh in another folder.");
        }
        return new LossTable(file, identity, pairs, points, saved.tensor(LOSSES).toDoubles());
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
        if (file.isPresent() && (now || System.nanoTime() - lastSaved > INTERVAL_NANOS)) {
            SafetensorsWriter.write(
                    file.get(),
                    Map.of(IDENTITY, identity),
                    List.of(SafetensorsWriter.Entry.of(LOSSES, HostTensor.ofDoubles(losses, pairs, points, 2))));
            lastSaved = System.nanoTime();
        }
    }
}
