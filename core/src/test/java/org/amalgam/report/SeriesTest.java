package org.amalgam.report;

import org.amalgam.figure.ColumnGroup;
import org.amalgam.figure.Figure;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** What is done to numbers between a figure and its drawing. */
class SeriesTest {

    @Test
    void smoothingStartsAtTheFirstValueAndKeepsAConstant() {
        assertThat(Smoothing.smooth(List.of(2.0, 4.0), 0.5).get(0)).isEqualTo(2.0);
        // (0.5 * 0.5 * 2 + 0.5 * 4) / (1 - 0.25)
        assertThat(Smoothing.smooth(List.of(2.0, 4.0), 0.5).get(1)).isCloseTo(10.0 / 3, within(1e-12));
        assertThat(Smoothing.smooth(List.of(3.0, 3.0, 3.0), 0.95))
                .allSatisfy(value -> assertThat(value).isCloseTo(3, within(1e-12)));
    }

    @Test
    void smoothingPassesOverWhatIsNoNumber() {
        List<Double> smoothed = Smoothing.smooth(List.of(1.0, Double.NaN, 1.0), 0.9);

        assertThat(smoothed.get(1)).isNaN();
        assertThat(smoothed.get(2)).isCloseTo(1, within(1e-12));
    }

    @Test
    void thinningKeepsTheEndsTheSpikesAndTheOrder() {
        List<Double> values = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            values.add(i == 0 ? Double.NaN : Math.sin(i / 1000.0));
        }
        values.set(54_321, 99.0);
        values.set(12_345, -99.0);

        List<Integer> kept = Thinning.indices(values, 600);

        assertThat(kept).hasSizeLessThanOrEqualTo(600).isSorted().doesNotHaveDuplicates();
        assertThat(kept).contains(0, 99_999, 54_321, 12_345);
    }

    @Test
    void shortSeriesAreLeftAlone() {
        assertThat(Thinning.indices(List.of(1.0, 2.0, 3.0), 600)).containsExactly(0, 1, 2);
        assertThat(Thinning.indices(List.of(), 600)).isEmpty();
    }

    @Test
    void coloursAreDistinctForTwentyFourKeysAndStayWithTheirKey() {
        List<String> keys = IntStream.range(0, 24).mapToObj(i -> "task" + i).toList();
        Palette palette = Palette.of(keys);

        assertThat(palette.colours().values()).doesNotHaveDuplicates();
        List<String> twice = new ArrayList<>(keys);
        twice.addAll(keys);
        assertThat(Palette.of(twice)).isEqualTo(palette);
    }

    @Test
    void tensorsAreGroupedByBlock() {
        List<String> names = Samples.tensors(2);

        assertThat(ColumnGroup.byBlock(names))
                .containsExactly(
                        new ColumnGroup("embeddings", 0, 4),
                        new ColumnGroup("block 0", 5, 20),
                        new ColumnGroup("block 1", 21, 36),
                        new ColumnGroup("head", 37, 38));
        assertThat(ColumnGroup.byBlock(List.of("h.0.attn.weight", "h.10.mlp.weight", "ln_f.weight")))
                .extracting(ColumnGroup::name)
                .containsExactly("block 0", "block 10", "head");
        assertThat(ColumnGroup.byBlock(List.of("visual.transformer.resblocks.3.ln_1.weight")))
                .extracting(ColumnGroup::name)
                .containsExactly("block 3");
        assertThat(ColumnGroup.byBlock(List.of())).isEmpty();
    }

    @Test
    void figuresWhoseSizesDisagreeAreRefused() {
        assertThatThrownBy(() -> Figure.Series.of("a", new double[2], new double[3]))
                .hasMessageContaining("series a has 2 x values and 3 y values");
        assertThatThrownBy(() -> Figures.layerCoefficients(List.of("a", "b"), List.of("w"), new double[1][1]))
                .hasMessageContaining("needs 2 rows of 1 values");
        assertThatThrownBy(() -> Figures.coefficients(List.of("a", "b"), new double[1], new double[1][1]))
                .hasMessageContaining("2 tasks have 1 curves");
    }

    @Test
    void theNumbersOfAFigureAreSampledAndSayso() {
        Figure lines = Samples.single(3).methods().get(0).figures().get(0);
        DataTable table = DataTable.of(lines);

        assertThat(table.header()).containsExactly("step", "mnist", "fashion_mnist", "optdigits");
        assertThat(table.rows()).hasSize(21);
        assertThat(table.rows().get(0).get(0)).isEqualTo("0");
        assertThat(table.rows().get(20).get(0)).isEqualTo("499");
        assertThat(table.note()).startsWith("21 of 500 points");
    }
}
