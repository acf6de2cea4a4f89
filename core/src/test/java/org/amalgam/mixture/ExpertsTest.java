package org.amalgam.mixture;

import org.amalgam.fixtures.NoiseTask;
import org.amalgam.merge.Pruning;
import org.amalgam.merge.TaskVectors;
import org.amalgam.model.LinearSpec;
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
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** However experts are held, they are the same linear map. */
class ExpertsTest {

    private static final LinearSpec MAP = new LinearSpec("map");
    private static final int OUT = 40;
    private static final int IN = 24;
    private static final int TASKS = 3;

    private final Scope scope = Scope.open();
    private final Random random = new Random(11);

    @AfterEach
    void close() {
        scope.close();
    }

    static Stream<ExpertForm> forms() {
        return Stream.of(new ExpertForm.Whole(), new ExpertForm.Pruned(0.7), new ExpertForm.Truncated(5));
    }

    private Weights map() {
        return new Weights(Map.of(
                MAP.weight(), NoiseTask.noise(random, OUT, IN),
                MAP.bias(), NoiseTask.noise(random, OUT)));
    }

    private TaskVectors vectors() {
        return TaskVectors.of(map(), List.of(map(), map(), map()));
    }

    /** One sample after the other, each through weights merged for it: what the others must give. */
    private static Tensor eachByItself(ExpertForm form, TaskVectors vectors, Tensor x, Tensor routing) {
        Tensor matrices = form.applied(MAP.weight(), vectors.shaped(MAP.weight()));
        Tensor biases = form.applied(MAP.bias(), vectors.shaped(MAP.bias()));
        List<Tensor> samples = new ArrayList<>();
        for (int n = 0; n < x.size(0); n++) {
            Tensor weight = vectors.ancestor().get(MAP.weight());
            Tensor bias = vectors.ancestor().get(MAP.bias());
            for (int k = 0; k < TASKS; k++) {
                double share = routing.select(0, n).select(0, k).item();
                weight = weight.add(matrices.select(0, k).mul(share));
                bias = bias.add(biases.select(0, k).mul(share));
            }
            samples.add(new Linear(weight, bias).apply(x.slice(0, n, 1)));
        }
        return Tensor.concat(samples, 0);
    }

    private static void assertClose(Tensor got, Tensor expected) {
        assertThat(got.shape()).isEqualTo(expected.shape());
        assertThat(got.toFloats()).containsExactly(expected.toFloats(), Offset.offset(2e-4f));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void samplesHaveMapsOfTheirOwn(ExpertForm form) {
        TaskVectors vectors = vectors();
        Experts experts = form.experts(vectors, MAP);
        // Seventeen samples are more than one product merges; two tokens are few enough to apply the experts to.
        for (long tokens : new long[] {2, 9}) {
            Tensor x = NoiseTask.noise(random, 17, tokens, IN);
            Tensor routing = NoiseTask.noise(random, 17, TASKS);
            Tensor expected = eachByItself(form, vectors, x, routing);
            assertClose(experts.apply(x, routing), expected);
            try (Autograd.Off off = Autograd.off()) {
                assertClose(experts.apply(x, routing), expected);
            }
        }
    }

    /** Without a backward pass weights are merged in bfloat16 too: each product rounds to 8 bits, here of sums of size about 10. */
    @Test
    void bfloat16MergesNearFloat32() {
        TaskVectors vectors = vectors();
        ExpertForm form = new ExpertForm.Whole();
        Tensor x = NoiseTask.noise(random, 17, 9, IN);
        Tensor routing = NoiseTask.noise(random, 17, TASKS);
        try (Autograd.Off off = Autograd.off()) {
            Tensor expected = eachByItself(form, vectors, x, routing);
            Tensor got = Precision.BF16_MIXED
                    .run(() -> form.experts(vectors, MAP).apply(x, routing))
                    .to(DType.F32);
            double error = got.sub(expected).flatten().norm(0).item()
                    / expected.flatten().norm(0).item();
            assertThat(error).isBetween(1e-5, 1e-2);
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void oneRoutingIsOneMap(ExpertForm form) {
        TaskVectors vectors = vectors();
        Tensor x = NoiseTask.noise(random, 4, 3, IN);
        Tensor routing = NoiseTask.noise(random, TASKS);
        Tensor repeated = Tensor.stack(List.of(routing, routing, routing, routing));
        Experts experts = form.experts(vectors, MAP);
        assertClose(experts.merge(routing).apply(x), eachByItself(form, vectors, x, repeated));
        assertClose(experts.apply(x, repeated), experts.merge(routing).apply(x));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void bothWaysHaveOneGradient(ExpertForm form) {
        Experts experts = form.experts(vectors(), MAP);
        Tensor x = NoiseTask.noise(random, 3, 8, IN);
        Tensor share = NoiseTask.noise(random, TASKS);
        Tensor shared = share.leaf();
        experts.merge(shared).apply(x).mul(experts.merge(shared).apply(x)).sum().backward();
        Tensor each = Tensor.stack(List.of(share, share, share)).leaf();
        experts.apply(x, each).mul(experts.apply(x, each)).sum().backward();
        float[] summed = each.gradient().sum(0).toFloats();
        float[] expected = shared.gradient().toFloats();
        for (int k = 0; k < TASKS; k++) {
            assertThat(summed[k]).isCloseTo(expected[k], Offset.offset(1e-4f * Math.abs(expected[k]) + 1e-2f));
        }
    }

    @Test
    void formsCountWhatTheyHold() {
        TaskVectors vectors = vectors();
        assertThat(new ExpertForm.Whole().experts(vectors, MAP).parameters()).isEqualTo(TASKS * (OUT * IN + OUT));
        assertThat(new ExpertForm.Truncated(5).experts(vectors, MAP).parameters())
                .isEqualTo(TASKS * (5 * (OUT + IN) + OUT));
        // Above the quantile are 288 of 960 entries and 12 of 40.
        assertThat(new ExpertForm.Pruned(0.7).experts(vectors, MAP).parameters())
                .isEqualTo(TASKS * (288 + 12));
    }

    @Test
    void theWholeRankLosesNothing() {
        TaskVectors vectors = vectors();
        Tensor x = NoiseTask.noise(random, 5, 4, IN);
        Tensor routing = NoiseTask.noise(random, 5, TASKS);
        LowRankExperts all = (LowRankExperts) new ExpertForm.Truncated(IN).experts(vectors, MAP);
        assertClose(
                all.apply(x, routing),
                new ExpertForm.Whole().experts(vectors, MAP).apply(x, routing));
        assertThat(all.errors()).allMatch(error -> error < 1e-5);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 0.9, 1})
    void pruningKeepsTheLargest(double ratio) {
        Tensor noise = NoiseTask.noise(random, 100);
        float[] before = noise.toFloats();
        float[] after = Pruning.aboveQuantile(noise, ratio).toFloats();
        double cut = 0;
        int kept = 0;
        for (int i = 0; i < before.length; i++) {
            if (after[i] == 0) {
                cut = Math.max(cut, Math.abs(before[i]));
            } else {
                assertThat(after[i]).isEqualTo(before[i]);
                kept++;
            }
        }
        double largestDropped = cut;
        for (float value : after) {
            assertThat(value == 0 || Math.abs(value) > largestDropped).isTrue();
        }
        // Strictly above the quantile: even nothing to drop drops the smallest.
        assertThat(kept).isEqualTo(100 - 1 - (int) Math.floor(99 * ratio));
    }
}
