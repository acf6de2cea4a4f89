package org.amalgam.adapt;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

class PieceTest {

    @Test
    void coversEverySampleOnceInOrderAndFillsEveryMicroBatchButTheLast() {
        Random random = new Random(1);
        for (int trial = 0; trial < 300; trial++) {
            List<Integer> sizes =
                    random.ints(1 + random.nextInt(6), 0, 20).boxed().toList();
            int limit = 1 + random.nextInt(40);
            List<List<Piece>> plan = Piece.plan(sizes, limit);
            List<String> seen = new ArrayList<>();
            for (int i = 0; i < plan.size(); i++) {
                int samples = plan.get(i).stream().mapToInt(Piece::samples).sum();
                assertThat(samples).isPositive().isLessThanOrEqualTo(limit);
                if (i < plan.size() - 1) {
                    assertThat(samples).isEqualTo(limit);
                }
                for (Piece piece : plan.get(i)) {
                    assertThat(piece.samples()).isPositive();
                    for (int sample = piece.from(); sample < piece.from() + piece.samples(); sample++) {
                        seen.add(piece.task() + "/" + sample);
                    }
                }
            }
            List<String> all = new ArrayList<>();
            for (int task = 0; task < sizes.size(); task++) {
                for (int sample = 0; sample < sizes.get(task); sample++) {
                    all.add(task + "/" + sample);
                }
            }
            assertThat(seen).isEqualTo(all);
        }
    }

    @Test
    void oneMicroBatchIsEnoughWhereAllFit() {
        assertThat(Piece.plan(List.of(4, 2), 6)).containsExactly(List.of(new Piece(0, 0, 4), new Piece(1, 0, 2)));
        assertThat(Piece.plan(List.of(4, 2), 3))
                .containsExactly(List.of(new Piece(0, 0, 3)), List.of(new Piece(0, 3, 1), new Piece(1, 0, 2)));
    }
}
