package org.amalgam.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.mixture.ParameterCount;
import org.amalgam.mixture.ParameterCounts;
import org.amalgam.model.ParameterSpec;
import org.amalgam.model.clip.ClipVisionConfig;
import org.amalgam.model.openclip.OpenClipVision;

import java.util.LinkedHashMap;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** Trainable and total parameters of every architecture, method and number of tasks in the file, and the published table. */
final class CountsCheck implements Check {

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.settings().has("architectures");
    }

    @Override
    public void run(GoldenCase golden) throws Exception {
        JsonNode file = new ObjectMapper()
                .readTree(golden.path(golden.settings().path("file").asText()).toFile());
        Map<String, ParameterCounts> counts = new LinkedHashMap<>();
        GoldenCase.fields(golden.settings().path("architectures"))
                .forEach((name, config) -> counts.put(name, ParameterCounts.of(clip(name, config))));
        for (JsonNode row : file.path("table")) {
            ParameterCounts architecture = counts.get(row.path("arch").asText());
            ParameterCount expected = new ParameterCount(
                    row.path("trainable").asLong(), row.path("all").asLong());
            assertThat(count(
                            architecture,
                            row.path("method").asText(),
                            row.path("tasks").asInt()))
                    .as(row.toString())
                    .isEqualTo(expected);
            if (row.has("tensors")) {
                assertThat(architecture.tensors()).isEqualTo(row.path("tensors").asInt());
            }
        }
        assertThat(file.path("table")).isNotEmpty();
        published(file.path("relation_to_published_table"));
    }

    private static ClipVisionConfig clip(String name, JsonNode settings) {
        ObjectNode config = settings.deepCopy();
        return ClipVisionConfig.of(config.put("model_type", "clip_vision_model"), name);
    }

    private static ParameterCount count(ParameterCounts architecture, String method, int tasks) {
        return switch (method) {
            case "CLIPVisionModel" -> architecture.model();
            case "AdaMerging task-wise" -> architecture.taskWise(tasks);
            case "AdaMerging layer-wise" -> architecture.layerWise(tasks);
            case "WEMoE 1-layer" -> architecture.weightEnsembling(tasks, 1);
            case "WEMoE 2-layer" -> architecture.weightEnsembling(tasks, 2);
            default -> throw new AssertionError("no such method: " + method);
        };
    }

    /** The image encoder of the task arithmetic repository, ViT-B/32, with what is left of its text tower. */
    private static void published(JsonNode relation) {
        OpenClipVision encoder = OpenClipVision.imageEncoder(768, 12, 32, 512);
        ParameterCounts counts = ParameterCounts.of(encoder);
        JsonNode whole = relation.path("openclip_image_encoder");
        assertThat(counts.single()).isEqualTo(whole.path("total").asLong());
        assertThat(counts.tensors()).isEqualTo(whole.path("tensors").asInt());
        GoldenCase.fields(whole.path("parts")).forEach((part, size) -> assertThat(encoder.parameters().stream()
                        .filter(spec -> spec.name().equals(part) || spec.name().startsWith(part + "."))
                        .mapToLong(ParameterSpec::elements)
                        .sum())
                .as(part)
                .isEqualTo(size.asLong()));
        assertThat(counts.expert())
                .isEqualTo(relation.path("mlp_parameters_all_layers_vit_b").asLong());
        for (JsonNode row : relation.path("published_table_recomputed")) {
            assertThat(counts.weightEnsembling(row.path("tasks").asInt(), 2))
                    .as(row.toString())
                    .isEqualTo(new ParameterCount(
                            row.path("trainable").asLong(), row.path("total").asLong()));
        }
        assertThat(relation.path("published_table_recomputed")).hasSize(8);
    }
}
