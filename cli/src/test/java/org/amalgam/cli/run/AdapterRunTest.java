package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** A pool whose model {@code birds} is an adapter on the ancestor. */
class AdapterRunTest {

    @TempDir
    Path folder;

    private WorkingArea area() throws IOException {
        WorkingArea area = WorkingArea.in(folder);
        try (Stream<Path> files = Files.list(area.model("birds"))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        for (String name : new String[] {"adapter_config.json", "adapter_model.safetensors"}) {
            Files.copy(
                    WorkingArea.resource("peft/clip").resolve(name),
                    area.model("birds").resolve(name));
        }
        return area;
    }

    @ParameterizedTest
    @CsvSource({
        "task_arithmetic,seed=0",
        "ties_merging,seed=0",
        "adamerging,method.max_steps=2",
        "weight_ensembling_moe,method.max_steps=1",
        "smile_upscaling,method.k=8 method.gate_k=2"
    })
    void methodsTakeItAsAnyOtherModel(String method, String settings) throws IOException {
        WorkingArea area = area();
        Path report = area.path("report.json");
        List<String> overrides = new ArrayList<>(
                List.of("method=" + method, "modelpool=mine", "taskpool=mine", "report_save_path=" + report));
        overrides.addAll(List.of(settings.split(" ", -1)));
        Ending ending = area.amalgam(overrides.toArray(String[]::new));
        assertThat(ending.err()).doesNotContain("amalgam:");
        assertThat(ending.code()).isZero();
        JsonNode json = new ObjectMapper().readTree(report.toFile());
        assertThat(json.path("birds").path("accuracy").asDouble(-1)).isBetween(0.0, 1.0);
        JsonNode birds = json.at("/amalgam/inputs/1");
        assertThat(birds.path("name").asText()).isEqualTo("birds");
        assertThat(birds.path("sha256").asText()).hasSize(64);
        assertThat(birds.path("bytes").asLong())
                .isLessThan(Files.size(area.model("birds").resolve("adapter_model.safetensors")));
    }

    @Test
    void aVariantThatIsNotUnderstoodEndsInOneSentence() throws IOException {
        WorkingArea area = area();
        Path config = area.model("birds").resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("\"use_dora\": false", "\"use_dora\": true"));
        Ending ending = area.amalgam("method=task_arithmetic", "modelpool=mine", "taskpool=dummy");
        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.err()).startsWith("amalgam: " + config).contains("use_dora", "DoRA", "merge_and_unload");
        assertThat(ending.err().strip().lines()).hasSize(1);
    }
}
