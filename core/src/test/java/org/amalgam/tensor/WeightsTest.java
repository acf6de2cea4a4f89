package org.amalgam.tensor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WeightsTest {

    private final Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
    }

    private static Map<String, Tensor> entries() {
        Map<String, Tensor> entries = new LinkedHashMap<>();
        entries.put("z", Tensor.of(new float[] {1, 2}, 2));
        entries.put("a", Tensor.of(new float[] {3, 4, 5}, 3, 1));
        entries.put("m", Tensor.of(new float[] {6}));
        return entries;
    }

    @Test
    void keepsTheOrderGiven() {
        Weights weights = new Weights(entries());
        assertThat(weights.names()).containsExactly("z", "a", "m");
        assertThat(weights.tensors().get(1).toFloats()).containsExactly(3, 4, 5);
        assertThat(weights.map((name, tensor) -> tensor.mul(2)).names()).containsExactly("z", "a", "m");
        assertThat(weights.parameters()).isEqualTo(6);
    }

    @Test
    void doesNotFollowTheMapThatItWasMadeFrom() {
        Map<String, Tensor> entries = entries();
        Weights weights = new Weights(entries);
        entries.clear();
        assertThat(weights.names()).hasSize(3);
        assertThatThrownBy(() -> weights.entries().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> weights.names().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void namesWhatItLacks() {
        assertThatThrownBy(() -> new Weights(entries()).get("q"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("q")
                .hasMessageContaining("[z, a, m]");
    }

    @Test
    void passesGradientsOnAndPassesOverWhatNoneReached() {
        Tensor source = Tensor.of(new float[] {2}, 1).leaf();
        Weights computed = new Weights(entries()).map((name, tensor) -> tensor.mul(source));
        Weights leaves = computed.leaves();
        Weights others = computed.leaves();
        leaves.get("z").mul(leaves.get("z")).sum().backward();
        others.get("z").sum().backward();

        computed.backward(List.of(leaves, others), false);

        // d/ds of (1 s)^2 + (2 s)^2 + (1 s) + (2 s) at s = 2
        assertThat(source.gradient().item()).isEqualTo(23);
        assertThat(leaves.get("z").hasGradient()).isFalse();
        assertThat(leaves.get("a").hasGradient()).isFalse();
    }
}
