package org.amalgam.mixture;

import org.amalgam.fixtures.NoiseTask;
import org.amalgam.merge.TaskVectors;
import org.amalgam.model.LinearSpec;
import org.amalgam.nn.Activation;
import org.amalgam.nn.FeedForward;
import org.amalgam.nn.Layer;
import org.amalgam.nn.Linear;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

class WeightEnsemblingTest {

    private static final int WIDTH = 6;
    private static final int WIDE = 10;
    private static final int TASKS = 2;

    private final Scope scope = Scope.open();
    private final Random random = new Random(3);
    private final TaskVectors vectors = TaskVectors.of(mlp(), List.of(mlp(), mlp()));

    @AfterEach
    void close() {
        scope.close();
    }

    private Weights mlp() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("up.weight", NoiseTask.noise(random, WIDE, WIDTH));
        tensors.put("up.bias", NoiseTask.noise(random, WIDE));
        tensors.put("down.weight", NoiseTask.noise(random, WIDTH, WIDE));
        tensors.put("down.bias", NoiseTask.noise(random, WIDTH));
        return new Weights(tensors);
    }

    private WeightEnsembling layer(Router router, boolean batchReduce, RoutingObserver observer) {
        ExpertForm form = new ExpertForm.Whole();
        return new WeightEnsembling(
                "mlp",
                router,
                batchReduce,
                form.experts(vectors, new LinearSpec("up")),
                Activation.QUICK_GELU,
                form.experts(vectors, new LinearSpec("down")),
                observer);
    }

    private Router router(int depth, double initial) {
        RouterSpec spec = new RouterSpec(depth, WIDTH, TASKS, initial, true, 0);
        return spec.router(spec.start(List.of("mlp"), new Random(0)), "mlp", 0);
    }

    private static void assertClose(Tensor got, Tensor expected) {
        assertThat(got.toFloats()).containsExactly(expected.toFloats(), Offset.offset(1e-4f));
    }

    @Test
    void constantRoutingIsTaskArithmetic() {
        Weights merged = vectors.ancestor().map((name, theta) -> vectors.merge(name, Tensor.full(0.3, TASKS)));
        FeedForward dense = new FeedForward(Linear.of(merged, "up"), Activation.QUICK_GELU, Linear.of(merged, "down"));
        Tensor x = NoiseTask.noise(random, 4, 3, WIDTH);
        assertClose(layer(router(0, 0.3), false, RoutingObserver.NONE).apply(x), dense.apply(x));
        assertClose(layer(router(0, 0.3), true, RoutingObserver.NONE).apply(x), dense.apply(x));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void roundedBeforehandItIsWhatAPassRounds(int depth) {
        WeightEnsembling layer = layer(router(depth, 0.3), false, RoutingObserver.NONE);
        try (Autograd.Off off = Autograd.off()) {
            Layer rounded = layer.rounded(DType.BF16);
            for (int samples : new int[] {5, 1}) {
                Tensor x = NoiseTask.noise(random, samples, 4, WIDTH).mul(30);
                float[] expected =
                        Precision.BF16_MIXED.run(() -> layer.apply(x)).toFloats();
                assertThat(Precision.BF16_MIXED.run(() -> rounded.apply(x)).toFloats())
                        .isEqualTo(expected);
                assertThat(layer.apply(x).toFloats()).isNotEqualTo(expected);
            }
        }
    }

    @Test
    void oneRoutingForAllNeedsTheExpertsAsTheyAre() {
        WeightEnsembling shared = layer(router(2, 0.3), true, RoutingObserver.NONE);
        WeightEnsembling constant = layer(router(0, 0.3), false, RoutingObserver.NONE);
        assertThat(shared.rounded(DType.BF16)).isSameAs(shared);
        assertThat(constant.rounded(DType.BF16)).isSameAs(constant);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aSampleIsRoutedByItself(int depth) {
        WeightEnsembling layer = layer(router(depth, 0.3), false, RoutingObserver.NONE);
        Tensor x = NoiseTask.noise(random, 5, 4, WIDTH).mul(30);
        Tensor together = layer.apply(x);
        for (int n = 0; n < 5; n++) {
            assertThat(layer.apply(x.slice(0, n, 1)).toFloats())
                    .containsExactly(together.slice(0, n, 1).toFloats(), Offset.offset(2e-3f));
        }
    }

    @Test
    void aBatchThatSharesItsRoutingIsItsMean() {
        List<float[]> shared = new ArrayList<>();
        List<float[]> each = new ArrayList<>();
        Tensor x = NoiseTask.noise(random, 5, 4, WIDTH);
        layer(router(2, 0.3), true, (name, routing) -> shared.add(routing.toFloats()))
                .apply(x);
        layer(router(2, 0.3), false, (name, routing) -> each.add(routing.mean(0).toFloats()))
                .apply(x);
        assertThat(shared.get(0)).containsExactly(each.get(0), Offset.offset(1e-6f));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void routersBeginNearTheirStart(int depth) {
        Tensor x = NoiseTask.noise(random, 5, 4, WIDTH);
        for (float weight : router(depth, 0.7).route(x, false).toFloats()) {
            assertThat(weight).isCloseTo(0.7f, Offset.offset(depth == 0 ? 0 : 0.1f));
        }
    }

    @Test
    void aRouterForAllBlocksMayKnowWhichItServes() {
        RouterSpec spec = new RouterSpec(1, WIDTH, TASKS, 0.3, true, 4);
        Weights start = spec.start(List.of("first", "second"), new Random(0));
        assertThat(start.names()).containsExactly("gate.fc.weight", "gate.fc.bias");
        assertThat(start.get("gate.fc.weight").shape()).containsExactly(TASKS, WIDTH + 4);
        Tensor x = NoiseTask.noise(random, 2, 3, WIDTH);
        assertThat(spec.router(start, "first", 0).route(x, false).toFloats())
                .isNotEqualTo(spec.router(start, "second", 1).route(x, false).toFloats());
    }
}
