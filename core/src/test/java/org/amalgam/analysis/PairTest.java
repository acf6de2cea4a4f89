package org.amalgam.analysis;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class PairTest {

    @Test
    void everyPairOnceNeighboursFirst() {
        assertThat(Pair.all(List.of("a", "b", "c", "d")))
                .containsExactly(
                        new Pair("a", "b"),
                        new Pair("b", "c"),
                        new Pair("c", "d"),
                        new Pair("a", "c"),
                        new Pair("b", "d"),
                        new Pair("a", "d"));
        assertThat(Pair.all(List.of("a"))).isEmpty();
    }
}
