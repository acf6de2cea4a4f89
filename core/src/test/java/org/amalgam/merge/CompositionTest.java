package org.amalgam.merge;

import org.amalgam.merge.Composition.Consensus;
import org.amalgam.merge.Sparsity.Extent;
import org.amalgam.merge.Sparsity.Magnitude;
import org.amalgam.merge.Sparsity.RandomDrop;
import org.amalgam.merge.Sparsity.Within;
import org.amalgam.merge.Ties.MergeFunction;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

import static org.assertj.core.api.Assertions.assertThat;

/** What settings of one composition have in common, and how they differ. */
class CompositionTest {

    private static final Sparsity.Draws DRAWS = (task, name, elements) -> {
        Random random = new Random(31L * name.hashCode() + task);
        float[] values = new float[Math.toIntExact(elements)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return Tensor.of(values, elements);
    };

    private final Scope scope = Scope.open();
    private final TaskVectors vectors = Vectors.random(11, 3);

    @AfterEach
    void close() {
        scope.close();
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
        assertSame(sums().of(vectors), name -> vectors.matrix(name).sum(0));
        assertSame(sums(new Magnitude(1, Extent.MODEL)).of(vectors), sums().of(vectors));
        assertSame(sums(new RandomDrop(0, true, DRAWS)).of(vectors), sums().of(vectors));
    }

    @ParameterizedTest
    @EnumSource(MergeFunction.class)
    void tiesIsOneOfItsSettings(MergeFunction function) {
        TaskVectors trimmed = Ties.trim(vectors, 40);
        Map<String, Tensor> signs = Ties.elect(trimmed);
        TaskVectors agreeing = Ties.agree(trimmed, signs);
        Composition ties = new Composition(List.of(Magnitude.ofThreshold(40, Extent.MODEL)), Consensus.SIGN, function);
        assertSame(ties.of(vectors), name -> Ties.combine(agreeing.matrix(name), signs.get(name), function));
    }

    @Test
    void aShareOfATensorIsCountedThereAndAShareOfTheModelOverEverything() {
        TaskMatrices byTensor = new Magnitude(0.4, Extent.TENSOR).of(vectors);
        for (String name : vectors.names()) {
            long all = vectors.elements(name);
            // The entry at the cut-off stays besides those above it.
            assertThat(kept(byTensor.row(name, 1))).as(name).isEqualTo(Math.min(all, (long) (0.4 * all) + 1));
        }
        TaskMatrices byModel = new Magnitude(0.4, Extent.MODEL).of(vectors);
        long all = vectors.names().stream().mapToLong(vectors::elements).sum();
        long kept = vectors.names().stream()
                .mapToLong(name -> kept(byModel.row(name, 1)))
                .sum();
        assertThat(kept).isEqualTo((long) (0.4 * all) + 1);
    }

    @Test
    void scalingOneTensorMovesTheModelsCutOffButNotTheTensors() {
        TaskVectors louder = vectors.map((name, matrix) -> name.equals("z.bias") ? matrix.mul(100) : matrix);
        assertThat(kept(new Magnitude(0.2, Extent.MODEL).of(louder).row("z.bias", 0)))
                .isEqualTo(louder.elements("z.bias"));
        assertThat(new Magnitude(0.2, Extent.TENSOR)
                        .of(louder)
                        .row("z.weight", 0)
                        .toFloats())
                .isEqualTo(new Magnitude(0.2, Extent.TENSOR)
                        .of(vectors)
                        .row("z.weight", 0)
                        .toFloats());
    }

    @Test
    void meanAndMaximumWithoutAnElection() {
        Tensor rows = Tensor.of(new float[] {3, 0, -5, 2, 0, 0, 4, -2}, 2, 4);
        TaskVectors two = new TaskVectors(new Weights(Map.of("w", Tensor.zeros(4))), new Weights(Map.of("w", rows)));
        assertThat(new Composition(List.of(), Consensus.NONE, MergeFunction.MEAN)
                        .of(two)
                        .apply("w")
                        .toFloats())
                .containsExactly(3, 0, -0.5f, 0);
        // Where opposite entries are as large as each other, none wins.
        assertThat(new Composition(List.of(), Consensus.NONE, MergeFunction.MAX)
                        .of(two)
                        .apply("w")
                        .toFloats())
                .containsExactly(3, 0, -5, 0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.25, 0.9})
    void whatIsNotDroppedIsRescaledAndDrawnAlikeEachTime(double rate) {
        TaskMatrices sparse = new RandomDrop(rate, true, DRAWS).of(vectors);
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
        TaskMatrices sparse = new Within(new RandomDrop(0.9, true, DRAWS), name -> name.startsWith("z.")).of(vectors);
        assertThat(sparse.row("a.weight", 0).toFloats())
                .isEqualTo(vectors.row("a.weight", 0).toFloats());
        assertThat(kept(sparse.row("z.weight", 0))).isLessThan(vectors.elements("z.weight"));
    }

    @Test
    void rulesApplyInTheirOrder() {
        TaskMatrices dropped = new RandomDrop(0.5, true, DRAWS).of(vectors);
        TaskMatrices trimmed = new Magnitude(0.3, Extent.MODEL).of(dropped);
        assertSame(
                sums(new RandomDrop(0.5, true, DRAWS), new Magnitude(0.3, Extent.MODEL))
                        .of(vectors),
                name -> trimmed.matrix(name).sum(0));
    }
}
