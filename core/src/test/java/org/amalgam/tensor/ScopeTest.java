package org.amalgam.tensor;

import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ScopeTest {

    private static boolean ended(Tensor tensor) {
        return tensor.handle().isNull();
    }

    @Test
    void endsWhatWasMadeInIt() {
        Tensor sum;
        Tensor one;
        try (Scope scope = Scope.open()) {
            one = Tensor.full(1, 3);
            sum = one.add(1);
            assertThat(ended(sum)).isFalse();
        }
        assertThat(ended(one)).isTrue();
        assertThat(ended(sum)).isTrue();
    }

    @Test
    void endsWhatWasMadeInItAlsoAfterAFailure() {
        AtomicReference<Tensor> made = new AtomicReference<>();
        assertThatThrownBy(() -> {
                    try (Scope scope = Scope.open()) {
                        made.set(Tensor.full(1, 3));
                        throw new IllegalStateException("on purpose");
                    }
                })
                .hasMessage("on purpose");
        assertThat(ended(made.get())).isTrue();
    }

    @Test
    void handsWhatIsKeptToTheScopeAround() {
        Tensor kept;
        Tensor dropped;
        Tensor outermost;
        try (Scope outer = Scope.open()) {
            try (Scope middle = Scope.open()) {
                try (Scope inner = Scope.open()) {
                    kept = inner.keep(Tensor.full(2, 2));
                    dropped = Tensor.full(3, 2);
                    outermost = middle.keep(inner.keep(Tensor.full(4, 2)));
                }
                assertThat(kept.toFloats()).containsExactly(2, 2);
                assertThat(ended(dropped)).isTrue();
            }
            assertThat(ended(kept)).isTrue();
            assertThat(outermost.toFloats()).containsExactly(4, 4);
        }
        assertThat(ended(outermost)).isTrue();
    }

    @Test
    void leavesWhatTheOutermostScopeKeepsToItsHolder() {
        Tensor kept;
        try (Scope scope = Scope.open()) {
            kept = scope.keep(Tensor.full(5, 2));
        }
        assertThat(kept.toFloats()).containsExactly(5, 5);
        kept.close();
        assertThat(ended(kept)).isTrue();
    }

    @Test
    void keepsEveryTensorOfAModel() {
        try (Scope outer = Scope.open()) {
            Weights kept;
            try (Scope inner = Scope.open()) {
                Map<String, Tensor> tensors = new LinkedHashMap<>();
                tensors.put("a", Tensor.full(1, 1));
                tensors.put("b", Tensor.full(2, 1));
                kept = inner.keep(new Weights(tensors));
            }
            assertThat(kept.get("a").item() + kept.get("b").item()).isEqualTo(3);
        }
    }

    @Test
    void aViewKeepsTheMemoryThatItSees() {
        try (Scope outer = Scope.open()) {
            Tensor row;
            try (Scope inner = Scope.open()) {
                row = inner.keep(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).select(0, 1));
            }
            assertThat(row.toFloats()).containsExactly(3, 4);
        }
    }

    @Test
    void ownsNothingThatAnotherThreadMakes() throws InterruptedException {
        AtomicReference<Tensor> made = new AtomicReference<>();
        try (Scope scope = Scope.open()) {
            Thread other = new Thread(() -> made.set(Tensor.full(7, 1)));
            other.start();
            other.join();
        }
        assertThat(made.get().item()).isEqualTo(7);
        made.get().close();
    }

    @Test
    void whatIsRetainedOutlivesItsScope() {
        Tensor retained;
        try (Scope scope = Scope.open()) {
            retained = Tensor.full(3, 4).retained();
        }
        assertThat(retained.toFloats()).containsExactly(3, 3, 3, 3);
        retained.close();
    }
}
