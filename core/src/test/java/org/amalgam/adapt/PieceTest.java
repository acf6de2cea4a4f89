package org.amalgam.adapt;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

class PieceTest {

    @Test
    void coversEverySampleOnceInOrderAndGivesEveryWorkerEquallyMany() {
        Random random = new Random(1);
        for (int trial = 0; trial < 300; trial++) {
            List<Integer> sizes =
                    random.ints(1 + random.nextInt(6), 0, 20).boxed().toList();
            int limit = 1 + random.nextInt(40);
            int workers = 1 + random.nextInt(4);
            List<List<Piece>> plan = Piece.plan(sizes, limit, workers);
            List<String> seen = new ArrayList<>();
            int total = sizes.stream().mapToInt(Integer::intValue).sum();
            if (total >= workers) {
                assertThat(plan.size() % workers == 0 || plan.size() == total)
                        .as("%s micro-batches for %s workers", plan.size(), workers)
                        .isTrue();
            }
            for (List<Piece> pieces : plan) {
                int samples = pieces.stream().mapToInt(Piece::samples).sum();
                assertThat(samples)
                        .isPositive()
                        .isLessThanOrEqualTo(limit)
                        .isBetween(total / plan.size(), total / plan.size() + 1);
                for (Piece piece : pieces) {
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
    void cutsEvenlyWhateverTheLimitLeaves() {
        assertThat(Piece.plan(List.of(4, 2), 6, 1)).containsExactly(List.of(new Piece(0, 0, 4), new Piece(1, 0, 2)));
        assertThat(Piece.plan(List.of(4, 2), 6, 2))
                .containsExactly(List.of(new Piece(0, 0, 3)), List.of(new Piece(0, 3, 1), new Piece(1, 0, 2)));
        assertThat(Piece.plan(List.of(16, 16), 10, 2).stream()
                        .map(pieces -> pieces.stream().mapToInt(Piece::samples).sum()))
                .containsExactly(8, 8, 8, 8);
    }
}
