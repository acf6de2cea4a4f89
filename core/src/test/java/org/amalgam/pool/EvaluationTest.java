package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.Runs;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.fixtures.Unlabelled;
import org.amalgam.model.Encoder;
import org.amalgam.run.Metrics;
import org.amalgam.run.Progress;
import org.amalgam.run.Run;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EvaluationTest {

    private static final int SIZE = 10;

    /** Eight numbers of each image are its features. */
    private static final Encoder NETWORK =
            images -> images.reshape(images.size(0), -1).slice(1, 20, TinyModels.WIDTH);

    @TempDir
    Path folder;

    private final Scope scope = Scope.open();
    private final NoiseTask task = NoiseTask.of(SIZE, "a").get(0);
    private final List<String> shown = new ArrayList<>();

    @AfterEach
    void close() {
        scope.close();
    }

    private Run run(boolean fast) {
        return Runs.of(
                folder,
                Optional.empty(),
                fast,
                (what, total) -> new Progress() {
                    @Override
                    public void step(long done, String status) {
                        shown.add(what + " " + done + "/" + total);
                    }

                    @Override
                    public void close() {}
                },
                Metrics.NONE);
    }

    /** Right answers and loss of the first rows, one by one. */
    private double[] naive(int rows) {
        Batch batch = task.batch(IntStream.range(0, rows).toArray());
        Tensor logits = task.head().logits(NETWORK.features(batch.inputs()));
        long[] labels = batch.labels().toLongs();
        int right = 0;
        double loss = 0;
        for (int i = 0; i < rows; i++) {
            float[] row = logits.select(0, i).toFloats();
            int best = 0;
            double sum = 0;
            for (int c = 0; c < row.length; c++) {
                best = row[c] > row[best] ? c : best;
                sum += Math.exp(row[c]);
            }
            right += best == labels[i] ? 1 : 0;
            loss += Math.log(sum) - row[(int) labels[i]];
        }
        return new double[] {(double) right / rows, loss / rows};
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5, 10, 1000})
    void countsEverySampleOnce(int batchSize) {
        TaskScore score = Evaluation.of(NETWORK, task, batchSize, "a", run(false));
        assertThat(score.samples()).isEqualTo(SIZE);
        assertThat(score.accuracy()).isEqualTo(naive(SIZE)[0]).isBetween(0.05, 0.95);
        assertThat(score.loss()).isCloseTo(naive(SIZE)[1], Offset.offset(1e-5));
        int batches = (SIZE + batchSize - 1) / batchSize;
        assertThat(shown).hasSize(batches).endsWith("a " + batches + "/" + batches);
    }

    @Test
    void severalTasksAtOnceScoreAsOneByOne() {
        Task other = NoiseTask.of(7, "b").get(0);
        assertThat(Evaluation.of(NETWORK, List.of(task, other), 4, run(false)))
                .containsExactly(
                        Evaluation.of(NETWORK, task, 4, "a", run(false)),
                        Evaluation.of(NETWORK, other, 4, "b", run(false)));
    }

    /** Which would never come to the last sample. */
    @ParameterizedTest
    @ValueSource(ints = {0, -3})
    void refusesBatchesOfNoSamples(int batchSize) {
        assertThatThrownBy(() -> Evaluation.of(NETWORK, task, batchSize, "a", run(false)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a batch holds at least 1 sample, not " + batchSize);
    }

    @Test
    void refusesSamplesWithoutLabels() {
        Task bare = Subset.drawn(new Unlabelled(task), 3, 0, "test");
        assertThatThrownBy(() -> Evaluation.of(NETWORK, bare, 4, "a", run(false)))
                .isInstanceOf(AmalgamException.class)
                .hasMessage(Unlabelled.SENTENCE);
        assertThatThrownBy(() -> Evaluation.of(NETWORK, List.of(task, bare), 4, run(false)))
                .hasMessage(Unlabelled.SENTENCE);
        assertThat(shown).isEmpty();
    }

    @Test
    void aRunToSeeWhetherItWorksTakesOneBatch() {
        TaskScore score = Evaluation.of(NETWORK, task, 4, "a", run(true));
        assertThat(score.samples()).isEqualTo(4);
        assertThat(score.accuracy()).isEqualTo(naive(4)[0]);
        assertThat(shown).containsExactly("a 1/1");
    }
}
