package org.amalgam.pool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.data.dataset.PixelCache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * Scores of models that do not change from run to run, the ancestor's and the experts', each under the hash of the model, the
 * task, the precision and the arithmetic.
 *
 * @param arithmetic of which code the scores are: those of another are computed anew
 */
public record ScoreCache(Path folder, String arithmetic) {

    /**
     * To be raised whenever a network or an evaluation computes other numbers than before. What becomes of images and of class
     * names has numbers of its own, {@link PixelCache#ARITHMETIC} and {@link HeadCache#ARITHMETIC}, of which scores are too.
     */
    private static final int ARITHMETIC = 1;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Scores of this code. */
    public ScoreCache(Path folder) {
        this(folder, PixelCache.ARITHMETIC + " " + HeadCache.ARITHMETIC + " " + ARITHMETIC);
    }

    /** The score kept for this model and task, or the one that is computed now and kept for later. */
    public TaskScore get(String modelHash, Task task, String precision, Supplier<TaskScore> compute) {
        String key = HeadCache.key(modelHash, List.of(task.fingerprint()), List.of(precision, arithmetic));
        Path file = folder.resolve("score-" + key.substring(0, 16) + ".json");
        if (Files.exists(file)) {
            return read(file);
        }
        TaskScore score = compute.get();
        AtomicFile.write(
                file,
                JSON.createObjectNode()
                        .put("accuracy", score.accuracy())
                        .put("loss", score.loss())
                        .put("samples", score.samples())
                        .toString());
        return score;
    }

    private static TaskScore read(Path file) {
        try {
            JsonNode kept = JSON.readTree(file.toFile());
            return new TaskScore(
                    kept.required("accuracy").asDouble(),
                    kept.required("loss").asDouble(),
                    kept.required("samples").asLong());
        } catch (IOException | IllegalArgumentException e) {
            throw new AmalgamException(file + " is damaged: " + e.getMessage() + "; delete it to compute it again", e);
        }
    }
}
