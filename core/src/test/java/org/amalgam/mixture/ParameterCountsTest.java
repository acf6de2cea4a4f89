package org.amalgam.mixture;

import org.amalgam.fixtures.TinyModels;
import org.amalgam.model.openclip.OpenClipVision;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What counts have in common, whatever the architecture; their values are golden. */
class ParameterCountsTest {

    private final ParameterCounts counts = ParameterCounts.of(TinyModels.architecture());

    @Test
    void countsTheFeedForwardLayersOfEveryBlock() {
        assertThat(counts.expert()).isEqualTo(2 * (2 * 16 * 8 + 16 + 8));
        assertThat(counts.widths()).containsExactly(8L, 8L);
        assertThat(counts.tensors()).isEqualTo(39);
    }

    @Test
    void aConstantRouterIsAdaMergingOverTheBlocks() {
        assertThat(counts.weightEnsembling(5, 0).trainable()).isEqualTo(5 * 2);
    }

    @Test
    void withoutTasksThereIsOneModel() {
        assertThat(counts.weightEnsembling(0, 1)).isEqualTo(new ParameterCount(0, counts.single()));
        assertThat(counts.layerWise(0)).isEqualTo(new ParameterCount(0, counts.single()));
    }

    @Test
    void aTaskMoreIsAnExpertAndAColumnOfEveryRouterMore() {
        for (int depth = 0; depth <= 2; depth++) {
            ParameterCount one = counts.weightEnsembling(1, depth);
            ParameterCount two = counts.weightEnsembling(2, depth);
            ParameterCount three = counts.weightEnsembling(3, depth);
            assertThat(three.total() - two.total()).isEqualTo(two.total() - one.total());
            assertThat(two.total() - one.total()).isEqualTo(counts.expert() + (depth == 0 ? 2 : 2 * 9));
        }
    }

    @Test
    void largeModelsDoNotOverflow() {
        ParameterCounts large = ParameterCounts.of(OpenClipVision.imageEncoder(4096, 48, 14, 1024));
        assertThat(large.taskWise(100).total())
                .isEqualTo(101 * large.single() + 100)
                .isPositive();
        assertThat(large.weightEnsembling(100, 2).total()).isGreaterThan(100 * large.expert());
    }

    @Test
    void refusesAnyOtherDepth() {
        assertThatThrownBy(() -> counts.weightEnsembling(2, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not 3");
    }
}
