package org.amalgam.merge;

import org.amalgam.merge.Coefficients.Granularity;
import org.amalgam.merge.Sparsity.Extent;
import org.amalgam.merge.Sparsity.Magnitude;
import org.amalgam.run.Workers;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/** Task vectors that are made anew at every pass merge as held ones do, and carry the same gradient back. */
class SpannedMergeTest {

    private static final int TASKS = 3;

    private final Scope scope = Scope.open();
    private final Workers workers = Workers.of(2);
    private final TaskVectors held = held();
    private final SpannedMerge spanned = new SpannedMerge(held.ancestor(), TASKS, name -> held, workers);

    @AfterEach
    void close() {
        workers.close();
        scope.close();
    }

    /** One parameter of several spans, the last of them short, and two of one. */
    private static TaskVectors held() {
        Random random = new Random(1);
        Map<String, Tensor> ancestor = new LinkedHashMap<>();
        Map<String, Tensor> matrices = new LinkedHashMap<>();
        List.of(2L * Span.ELEMENTS + 34, 12L, 1L).forEach(elements -> {
            String name = "p" + elements;
            ancestor.put(
                    name, normal(random, elements).reshape(elements == 12 ? new long[] {3, 4} : new long[] {elements}));
            matrices.put(name, normal(random, TASKS * elements).reshape(TASKS, elements));
        });
        return new TaskVectors(new Weights(ancestor), new Weights(matrices));
    }

    private static Tensor normal(Random random, long elements) {
        float[] values = new float[Math.toIntExact(elements)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(values, elements);
    }

    private Tensor lambda(Granularity granularity) {
        return granularity == Granularity.TASK
                ? normal(new Random(2), TASKS)
                : normal(new Random(2), TASKS * 3L).reshape(TASKS, 3);
    }

    @ParameterizedTest
    @EnumSource(Granularity.class)
    void mergesAsHeldOnes(Granularity granularity) {
        Coefficients coefficients = new Coefficients(lambda(granularity));
        assertThat(spanned.tasks()).isEqualTo(held.tasks());
        assertThat(spanned.layers()).isEqualTo(held.layers());
        Weights expected = held.merge(coefficients);
        spanned.merge(coefficients).entries().forEach((name, tensor) -> {
            assertThat(tensor.shape()).isEqualTo(expected.get(name).shape());
            assertThat(tensor.toFloats()).containsExactly(expected.get(name).toFloats(), Offset.offset(1e-6f));
        });
    }

    @ParameterizedTest
    @EnumSource(Granularity.class)
    void carriesTheGradientBackAsOftenAsAsked(Granularity granularity) {
        float[] expected = gradient(held, granularity);
        float[] found = gradient(spanned, granularity);
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).isCloseTo(expected[i], Offset.offset(1e-4f * (1 + Math.abs(expected[i]))));
        }
    }

    /** Of two workers' losses, in two passes through one merge of coefficients that are cut to [0, 1]. */
    private float[] gradient(LinearMerge merge, Granularity granularity) {
        Weights parameters = new Weights(Map.of("lambda", lambda(granularity))).leaves();
        Weights merged = merge.merge(new Coefficients(parameters.get("lambda")).clamped(0, 1));
        for (boolean again : new boolean[] {true, false}) {
            List<Weights> leaves = List.of(merged.learnedLeaves(), merged.learnedLeaves());
            leaves.forEach(leaf ->
                    leaf.tensors().forEach(tensor -> tensor.mul(tensor).sum().backward()));
            workers.together(() -> merged.backward(leaves, again));
        }
        return parameters.takeGradients().toFloats();
    }

    /** AdaMerging++: a rule that needs all of a model, applied to what is made anew at every pass. */
    @Test
    void sparseTaskVectorsMergeAsHeldOnes() {
        Composition ties = Composition.ties(new Magnitude(0.2, Extent.MODEL), MergeFunction.SUM);
        TaskMatrices sparse = ties.taskVectors(held, workers);
        LinearMerge remade = new SpannedMerge(held.ancestor(), TASKS, name -> sparse, workers);
        TaskVectors kept = TaskVectors.held(held.ancestor(), sparse);
        Coefficients coefficients = new Coefficients(lambda(Granularity.LAYER));
        Weights expected = kept.merge(coefficients);
        remade.merge(coefficients).entries().forEach((name, tensor) -> assertThat(tensor.toFloats())
                .containsExactly(expected.get(name).toFloats(), Offset.offset(1e-6f)));
        long all = held.names().stream().mapToLong(held::elements).sum();
        long zero = kept.names().stream()
                .mapToLong(name -> (long) kept.row(name, 0)
                        .equal(0)
                        .to(org.amalgam.tensor.DType.F32)
                        .sum()
                        .item())
                .sum();
        assertThat(zero).as("of a fifth, a part lost the election").isBetween(all * 4 / 5, all - 1);
    }

    @Test
    void recordsNothingOfConstantCoefficients() {
        assertThat(spanned.merge(new Coefficients(lambda(Granularity.LAYER))).history())
                .isEmpty();
    }
}
