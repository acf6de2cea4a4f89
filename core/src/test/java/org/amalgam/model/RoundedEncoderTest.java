package org.amalgam.model;

import org.amalgam.fixtures.NoiseTask;
import org.amalgam.fixtures.TinyGpt2;
import org.amalgam.fixtures.TinyModels;
import org.amalgam.model.openclip.OpenClipVision;
import org.amalgam.tensor.Autograd;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

class RoundedEncoderTest {

    private final Scope scope = Scope.open();
    private final Autograd.Off off = Autograd.off();
    private final Random random = new Random(5);

    @AfterEach
    void close() {
        off.close();
        scope.close();
    }

    private Encoder encoder(Architecture architecture) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        architecture
                .parameters()
                .forEach(spec -> weights.put(
                        spec.name(),
                        NoiseTask.noise(
                                random,
                                spec.shape().stream().mapToLong(Long::longValue).toArray())));
        return architecture.encoder(new Weights(weights));
    }

    /** Weights rounded beforehand are the weights that a pass rounds, so nothing changes, to the bit. */
    private static void assertSame(Encoder encoder, Tensor inputs, Precision precision) {
        Encoder rounded = encoder.rounded(precision.operands());
        float[] expected = precision.run(() -> encoder.features(inputs)).toFloats();
        assertThat(precision.run(() -> rounded.features(inputs)).toFloats()).isEqualTo(expected);
        if (precision == Precision.BF16_MIXED) {
            assertThat(rounded).isNotEqualTo(encoder);
            assertThat(encoder.features(inputs).toFloats()).isNotEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void clipGivesTheSameFeatures(Precision precision) {
        Tensor images = NoiseTask.noise(random, 3, 3, TinyModels.IMAGE, TinyModels.IMAGE);
        assertSame(encoder(TinyModels.architecture()), images, precision);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void openClipGivesTheSameFeatures(Precision precision) {
        Tensor images = NoiseTask.noise(random, 2, 3, 224, 224);
        assertSame(encoder(OpenClipVision.imageEncoder(64, 2, 56, 16)), images, precision);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void gpt2GivesTheSameFeatures(Precision precision) {
        Tensor texts = Tensor.of(new long[] {1, 2, 3, 4, 5, TokenIds.NONE}, 2, 3);
        assertSame(encoder(TinyGpt2.architecture()), texts, precision);
    }
}
