package org.amalgam.merge;

import org.amalgam.merge.Composition.Consensus;
import org.amalgam.merge.Sparsity.Extent;
import org.amalgam.merge.Sparsity.Magnitude;
import org.amalgam.merge.Sparsity.RandomDrop;
import org.amalgam.merge.Sparsity.Within;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.LazyWeights.Values;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Function;

import static org.assertj.core.api.Assertions.assertThat;

/** What settings of one composition have in common, and how they differ. */
class CompositionTest {

    private static final Sparsity.Draws DRAWS = (task, name, span) -> {
        Random random = new Random(31L * name.hashCode() + task);
        random.ints(span.start()).forEach(passed -> {});
        float[] values = new float[Math.toIntExact(span.length())];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return Tensor.of(values, values.length);
    };

    private final Scope scope = Scope.open();
    private final TaskVectors vectors = Vectors.random(11, 3);

    @AfterEach
    void close() {
        scope.close();
    }

    private static Function<String, Tensor> whole(Composition composition, TaskMatrices vectors) {
        Function<String, ? extends Values> merged = composition.of(vectors, Crew.ALONE);
        return name -> merged.apply(name).at(Span.whole(vectors.elements(name)));
    }

    private static Composition sums(Sparsity... sparsities) {
        return new Composition(List.of(sparsities), Consensus.NONE, MergeFunction.SUM);
    }

    private void assertSame(Function<String, Tensor> got, Function<String, Tensor> expected) {
        for (String name : vectors.names()) {
            assertThat(got.apply(name).toFloats())
                    .as(name)
                    .containsExactly(expected.apply(name).toFloats(), Offset.offset(1e-6f));
        }
    }

    private static long kept(Tensor row) {
        return (long)
                row.abs().greater(0).to(org.amalgam.tensor.DType.F32).sum().item();
    }

    @Test
    void withoutRulesItIsTheSumOfTheTaskVectors() {
        assertSame(whole(sums(), vectors), name -> vectors.matrix(name).sum(0));
        assertSame(whole(sums(new Magnitude(1, Extent.MODEL)), vectors), whole(sums(), vectors));
        assertSame(whole(sums(new RandomDrop(0, true, DRAWS)), vectors), whole(sums(), vectors));
    }

    @ParameterizedTest
    @EnumSource(Consensus.class)
    void theTaskVectorsAddUpToTheSum(Consensus consensus) {
        Composition composition =
                new Composition(List.of(new Magnitude(0.4, Extent.MODEL)), consensus, MergeFunction.SUM);
        TaskMatrices entries = composition.taskVectors(vectors, Crew.ALONE);
        assertSame(whole(composition, vectors), name -> entries.matrix(name).sum(0));
    }

    @Test
    void aShareOfATensorIsCountedThereAndAShareOfTheModelOverEverything() {
        TaskMatrices byTensor = new Magnitude(0.4, Extent.TENSOR).of(vectors, Crew.ALONE);
        for (String name : vectors.names()) {
            long all = vectors.elements(name);
            // The entry at the cut-off stays besides those above it.
            assertThat(kept(byTensor.row(name, 1))).as(name).isEqualTo(Math.min(all, (long) (0.4 * all) + 1));
        }
        TaskMatrices byModel = new Magnitude(0.4, Extent.MODEL).of(vectors, Crew.ALONE);
        long all = vectors.names().stream().mapToLong(vectors::elements).sum();
        long kept = vectors.names().stream()
                .mapToLong(name -> kept(byModel.row(name, 1)))
                .sum();
        assertThat(kept).isEqualTo((long) (0.4 * all) + 1);
    }

    @Test
    void scalingOneTensorMovesTheModelsCutOffButNotTheTensors() {
        TaskVectors louder = vectors.map((name, matrix) -> name.equals("z.bias") ? matrix.mul(100) : matrix);
        assertThat(kept(new Magnitude(0.2, Extent.MODEL).of(louder, Crew.ALONE).row("z.bias", 0)))
                .isEqualTo(louder.elements("z.bias"));
        assertThat(new Magnitude(0.2, Extent.TENSOR)
                        .of(louder, Crew.ALONE)
                        .row("z.weight", 0)
                        .toFloats())
                .isEqualTo(new Magnitude(0.2, Extent.TENSOR)
                        .of(vectors, Crew.ALONE)
                        .row("z.weight", 0)
                        .toFloats());
    }

    @Test
    void meanAndMaximumWithoutAnElection() {
        Tensor rows = Tensor.of(new float[] {3, 0, -5, 2, 0, 0, 4, -2}, 2, 4);
        TaskVectors two = new TaskVectors(new Weights(Map.of("w", Tensor.zeros(4))), new Weights(Map.of("w", rows)));
        assertThat(whole(new Composition(List.of(), Consensus.NONE, MergeFunction.MEAN), two)
                        .apply("w")
                        .toFloats())
                .containsExactly(3, 0, -0.5f, 0);
        // Where opposite entries are as large as each other, none wins.
        assertThat(whole(new Composition(List.of(), Consensus.NONE, MergeFunction.MAX), two)
                        .apply("w")
                        .toFloats())
                .containsExactly(3, 0, -5, 0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.25, 0.9})
    void whatIsNotDroppedIsRescaledAndDrawnAlikeEachTime(double rate) {
        TaskMatrices sparse = new RandomDrop(rate, true, DRAWS).of(vectors, Crew.ALONE);
        for (String name : vectors.names()) {
            float[] dense = vectors.row(name, 2).toFloats();
            float[] got = sparse.row(name, 2).toFloats();
            for (int i = 0; i < got.length; i++) {
                if (got[i] != 0) {
                    assertThat(got[i]).isCloseTo((float) (dense[i] / (1 - rate)), Offset.offset(1e-5f));
                }
            }
            assertThat(sparse.row(name, 2).toFloats()).isEqualTo(got);
            assertThat(sparse.matrix(name).select(0, 2).toFloats()).isEqualTo(got);
        }
        assertThat(kept(sparse.row("z.weight", 2))).isBetween(1L, 34L);
    }

    @Test
    void aRuleWithinSomeParametersLeavesTheOthersDense() {
        TaskMatrices sparse =
                new Within(new RandomDrop(0.9, true, DRAWS), name -> name.startsWith("z.")).of(vectors, Crew.ALONE);
        assertThat(sparse.row("a.weight", 0).toFloats())
                .isEqualTo(vectors.row("a.weight", 0).toFloats());
        assertThat(kept(sparse.row("z.weight", 0))).isLessThan(vectors.elements("z.weight"));
    }

    @Test
    void rulesApplyInTheirOrder() {
        TaskMatrices dropped = new RandomDrop(0.5, true, DRAWS).of(vectors, Crew.ALONE);
        TaskMatrices trimmed = new Magnitude(0.3, Extent.MODEL).of(dropped, Crew.ALONE);
        assertSame(
                whole(sums(new RandomDrop(0.5, true, DRAWS), new Magnitude(0.3, Extent.MODEL)), vectors),
                name -> trimmed.matrix(name).sum(0));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-6, 0.2, 0.5, 0.999999})
    void cutOffsOverManySpansAreThoseOfASort(double share) {
        int length = 3 * Span.ELEMENTS + 17;
        Random random = new Random(5);
        float[] values = new float[2 * length];
        for (int i = 0; i < values.length; i++) {
            // Many entries of few magnitudes, so that ties at the cut-off are certain, beside some of every size.
            values[i] = i % 3 == 0
                    ? (float) (random.nextGaussian() * Math.exp(20 * random.nextGaussian()))
                    : (random.nextInt(9) - 4) * 0.01f;
        }
        assertTrimmed(values, length, share);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-6, 0.2, 0.5, 0.999999})
    void cutOffsFoundWithTheHelpOfASampleAreThoseOfASort(double share) {
        int length = 33 * Span.ELEMENTS + 5;
        SplittableRandom random = new SplittableRandom(7);
        float[] values = new float[2 * length];
        for (int i = 0; i < length; i++) {
            // Of the first task every span is alike; of the second the spans that are not looked at first are larger.
            values[i] = (float) Math.pow(random.nextDouble() - 0.5, 3);
            values[length + i] = (float) (random.nextDouble() - 0.5) * (i / Span.ELEMENTS % 2 == 0 ? 1e-3f : 1);
        }
        assertTrimmed(values, length, share);
    }

    private static void assertTrimmed(float[] values, int length, double share) {
        TaskVectors many = new TaskVectors(
                new Weights(Map.of("w", Tensor.zeros(length))), new Weights(Map.of("w", Tensor.of(values, 2, length))));
        TaskMatrices trimmed = new Magnitude(share, Extent.MODEL).of(many, Crew.ALONE);
        for (int k = 0; k < 2; k++) {
            float[] row = many.row("w", k).toFloats();
            float[] sorted = row.clone();
            for (int i = 0; i < length; i++) {
                sorted[i] = Math.abs(sorted[i]);
            }
            Arrays.sort(sorted);
            float cutoff = sorted[length - (int) (length * share) - 1];
            float[] got = trimmed.row("w", k).toFloats();
            float[] expected = new float[length];
            for (int i = 0; i < length; i++) {
                expected[i] = Math.abs(row[i]) >= cutoff ? row[i] : 0 * row[i];
            }
            assertThat(Arrays.equals(got, expected)).as("task %d", k).isTrue();
        }
    }

    @Test
    void spansBesideEachOtherAreTheWhole() {
        Composition ties = new Composition(
                List.of(new RandomDrop(0.3, true, DRAWS), new Magnitude(0.4, Extent.MODEL)),
                Consensus.SIGN,
                MergeFunction.MEAN);
        Values merged = ties.of(vectors, Crew.ALONE).apply("z.weight");
        long all = vectors.elements("z.weight");
        Tensor parts = Tensor.concat(List.of(merged.at(new Span(0, 5)), merged.at(new Span(5, all - 5))), 0);
        assertThat(parts.toFloats()).isEqualTo(merged.at(Span.whole(all)).toFloats());
    }
}
