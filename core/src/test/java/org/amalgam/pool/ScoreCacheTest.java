package org.amalgam.pool;

import org.amalgam.fixtures.NoiseTask;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** What is kept on disk is of one code: what another computed is not taken for its own. */
class ScoreCacheTest {

    @TempDir
    Path folder;

    private static TaskScore score(double accuracy) {
        return new TaskScore(accuracy, 1, 10);
    }

    @Test
    void aScoreIsKeptForTheSameModelTaskPrecisionAndArithmetic() {
        try (Scope scope = Scope.open()) {
            Task task = NoiseTask.of(1, "a").get(0);
            ScoreCache cache = new ScoreCache(folder);
            assertThat(cache.get("model", task, "32-true", () -> score(0.5))).isEqualTo(score(0.5));
            assertThat(new ScoreCache(folder).get("model", task, "32-true", () -> score(0.25)))
                    .isEqualTo(score(0.5));
            assertThat(cache.get("other", task, "32-true", () -> score(0.25))).isEqualTo(score(0.25));
            assertThat(cache.get("model", task, "bf16-mixed", () -> score(0.75)))
                    .isEqualTo(score(0.75));
            assertThat(new ScoreCache(folder, cache.arithmetic() + "+")
                            .get("model", task, "32-true", () -> score(0.125)))
                    .isEqualTo(score(0.125));
        }
    }

    @Test
    void aHeadIsKeptForTheSameKeyAndArithmetic() {
        try (Scope scope = Scope.open()) {
            HeadCache cache = new HeadCache(folder);
            String key = HeadCache.key("model", List.of("owl"), List.of("a {}"));
            assertThat(cache.get(key, () -> Tensor.full(1, 2)).toFloats()).containsExactly(1, 1);
            assertThat(new HeadCache(folder).get(key, () -> Tensor.full(2, 2)).toFloats())
                    .containsExactly(1, 1);
            assertThat(new HeadCache(folder, cache.arithmetic() + 1)
                            .get(key, () -> Tensor.full(2, 2))
                            .toFloats())
                    .containsExactly(2, 2);
        }
    }
}
