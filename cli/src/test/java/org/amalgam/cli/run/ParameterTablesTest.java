package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.cli.Main;
import org.amalgam.cli.Terminal;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The tables of WEMoE's documentation, as the command prints them. */
class ParameterTablesTest {

    private static Ending amalgam(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Main(
                        AmalgamProgram::new,
                        Terminal.none(StandardCharsets.UTF_8),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(arguments);
        return new Ending(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** The printed lines with one space for a run of them. */
    private static List<String> lines(String... arguments) {
        Ending ending = amalgam(arguments);
        assertThat(ending.err()).isEmpty();
        assertThat(ending.code()).isZero();
        return ending.out().lines().map(line -> line.replaceAll(" +", " ")).toList();
    }

    @Test
    void theTablesAreThoseOfTheDocument() {
        assertThat(lines("parameters"))
                .containsSequence(
                        "CLIP ViT-B/32, OpenCLIP image encoder, 158 tensors",
                        "",
                        "parameters trainable total saved by merging",
                        "single model 113.45M 100% 113.45M –",
                        "WEMoE 2-layer, 1 task 7.10M 4.00% 177.21M –",
                        "WEMoE 2-layer, 2 tasks 7.11M 3.04% 233.89M -7.00M",
                        "WEMoE 2-layer, 3 tasks 7.11M 2.45% 290.57M 49.78M",
                        "WEMoE 2-layer, 4 tasks 7.12M 2.05% 347.25M 106.55M",
                        "WEMoE 2-layer, 5 tasks 7.13M 1.77% 403.93M 163.32M",
                        "WEMoE 2-layer, 6 tasks 7.14M 1.55% 460.61M 220.09M",
                        "WEMoE 2-layer, 7 tasks 7.15M 1.38% 517.28M 276.86M",
                        "WEMoE 2-layer, 8 tasks 7.16M 1.25% 573.96M 333.63M")
                .containsSequence(
                        "AdaMerging layer-wise 1.3K <0.01% 1021.04M",
                        "WEMoE 0-layer 96 <0.01% 566.80M",
                        "WEMoE 1-layer 73.8K 0.01% 566.88M",
                        "WEMoE 2-layer 7.16M 1.25% 573.96M")
                .contains(
                        "CLIP ViT-B/32, Hugging Face vision tower, 199 tensors",
                        "single model 87.46M 100% 87.46M –",
                        "WEMoE 2-layer, 8 tasks 7.16M 1.31% 547.97M 151.68M",
                        "CLIP ViT-L/14, Hugging Face vision tower, 391 tensors",
                        "single model 303.18M 100% 303.18M –");
    }

    @Test
    void aModelOfOnesOwn() {
        Path model = WorkingArea.resource("openclip/base");
        assertThat(lines("parameters", "--model", model.toString(), "--tasks", "2"))
                .contains(
                        model + " (OpenCLIP ViT, patch 8, 2 blocks of width 24), 32 tensors",
                        "router depth, 2 tasks trainable total",
                        "AdaMerging layer-wise 64 0.14% 45.0K")
                .noneMatch(line -> line.contains("3 tasks") || line.contains("ViT-B/32"));
        assertThat(lines(
                        "parameters", "--model", WorkingArea.golden("mini/base").toString()))
                .anyMatch(line -> line.contains("CLIP ViT, patch 8") && line.endsWith("39 tensors"));
    }

    @Test
    void asJson() throws IOException {
        Ending ending = amalgam("parameters", "--json", "--tasks", "3");
        JsonNode tables = new ObjectMapper().readTree(ending.out());
        assertThat(tables).hasSize(3);
        JsonNode row = tables.path(0).path("rows").path(3);
        assertThat(row.path("tasks").asInt()).isEqualTo(3);
        assertThat(row.path("trainable").asLong()).isEqualTo(7_114_788);
        assertThat(row.path("total").asLong()).isEqualTo(290_571_045);
        assertThat(row.path("saved").asLong()).isEqualTo(3 * 113_448_705L - 290_571_045);
    }

    @Test
    void mistakesAreOneSentence() {
        assertSentence(amalgam("parameters", "--tasks", "0"), "--tasks", "from 1 to 1000", "found 0");
        assertSentence(amalgam("parameters", "--tasks", "1000000000"), "--tasks", "from 1 to 1000", "found 1000000000");
        assertSentence(amalgam("parameters", "--model", "absent"), "absent: no such file or folder");
    }

    private static void assertSentence(Ending ending, String... parts) {
        assertThat(ending.err()).startsWith("amalgam: ").contains(parts);
        assertThat(ending.err().strip().lines()).hasSize(1);
        assertThat(ending.code()).isEqualTo(2);
    }
}
