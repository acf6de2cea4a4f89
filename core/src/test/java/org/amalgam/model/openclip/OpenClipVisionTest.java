package org.amalgam.model.openclip;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.AmalgamException;
import org.amalgam.model.ParameterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Architectures that shapes tell. */
class OpenClipVisionTest {

    private static final OpenClipVision B32 = OpenClipVision.imageEncoder(768, 12, 32, 512);

    private static TensorShapes shapes(OpenClipVision architecture) {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        architecture.parameters().forEach(spec -> shapes.put(spec.name(), spec.shape()));
        return new TensorShapes(shapes, "model.pt");
    }

    private static OpenClipSettings settings(String json) {
        try {
            return OpenClipSettings.of(
                    json.isEmpty() ? Optional.empty() : Optional.of(new ObjectMapper().readTree(json)), "config");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"768, 12, 32, 512", "768, 12, 16, 512", "1024, 24, 14, 768"})
    void shapesTellAllOfOpenAisModels(int width, int layers, int patch, int text) {
        OpenClipVision encoder = OpenClipVision.imageEncoder(width, layers, patch, text);
        assertThat(OpenClipVision.of(shapes(encoder), settings(""))).isEqualTo(encoder);
    }

    @Test
    void aTowerWithoutAnyTextIsMergedAlone() {
        OpenClipVision alone = new OpenClipVision(224, 32, 3, B32.blocks(), 512, Optional.empty());
        assertThat(OpenClipVision.of(shapes(alone), settings(""))).isEqualTo(alone);
        assertThat(alone.parameters().stream()
                        .mapToLong(ParameterSpec::elements)
                        .sum())
                .isEqualTo(87_849_216);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"embed_dim\": 512} | GELU | 12",
                "{\"quick_gelu\": true} | QUICK_GELU | 12",
                "{\"model_cfg\": {\"quick_gelu\": true, \"vision_cfg\": {\"head_width\": 96}}} | QUICK_GELU | 8"
            })
    void theConfigurationSaysTheRest(String json, String activation, int heads) {
        OpenClipVision read = OpenClipVision.of(shapes(B32), settings(json));
        assertThat(read.blocks().activation()).hasToString(activation);
        assertThat(read.blocks().heads()).isEqualTo(heads);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"vision_cfg\": {\"timm_model_name\": \"vit\"}}",
                "{\"vision_cfg\": {\"attentional_pool\": true}}",
                "{\"vision_cfg\": {\"norm_kwargs\": {\"eps\": 1e-6}}}",
                "{\"vision_cfg\": {\"pool_type\": \"avg\"}}",
            })
    void refusesOtherNetworks(String json) {
        assertThatThrownBy(() -> settings(json))
                .isInstanceOf(AmalgamException.class)
                .hasMessageStartingWith("config: vision_cfg.");
    }

    @Test
    void refusesAnImageSizeThatThePositionsAreNotOf() {
        assertThatThrownBy(() -> OpenClipVision.of(shapes(B32), settings("{\"vision_cfg\": {\"image_size\": 336}}")))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContainingAll("model.pt", "49 patches", "336 pixels", "10 times 10");
    }
}
