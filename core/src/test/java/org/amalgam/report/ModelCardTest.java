package org.amalgam.report;

import org.amalgam.pool.Loading;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class ModelCardTest {

    private static final Loading LOADING =
            new Loading("transformers", List.of("model = CLIPVisionModel.from_pretrained(\"path/to/this/folder\")"));

    @Test
    void theCardSaysWhatItIsHowGoodItIsAndHowToRepeatIt(@TempDir Path folder) throws IOException {
        RunReport report = Samples.single(2);
        ModelCard.write(report, report.methods().get(0), LOADING, folder);

        assertThat(Files.readString(folder.resolve("README.md")))
                .startsWith("""
                        ---
                        library_name: transformers
                        tags:
                        - model-merging
                        - amalgam
                        - layer-wise-adamerging
                        base_model:
                        - "openai/clip-vit-base-patch32"
                        ---

                        # Layer-wise AdaMerging of 2 experts into clip-vit-tiny192-patch8
                        """)
                .containsSubsequence(
                        "ICLR 2024",
                        "| model | mnist | fashion\\_mnist | average |\n|---|---:|---:|---:|\n| zero-shot | 37.4 ± 3.0 |",
                        "| layer\\_wise\\_adamerging | 84.3 ± 2.3 |",
                        "of what fine-tuning gained.",
                        "model = CLIPVisionModel.from_pretrained(\"path/to/this/folder\")",
                        "| optimizer.lr | 0.001 |",
                        "2,836,432 parameters.",
                        "| \\_pretrained\\_ | models/clip-vit-base-patch32/model.safetensors | 605 MB | 9f86d081",
                        "```sh\nbin/amalgam method=adamerging",
                        "Seed 0; amalgam 0.1.0, libtorch 2.10.0");
    }

    @Test
    void aCardOfOneOfSeveralModelsShowsThatOneAlone() {
        RunReport demo = Samples.demo();
        String card = ModelCard.text(demo, demo.methods().get(2), LOADING);

        assertThat(card).contains("| task\\_arithmetic | ").doesNotContain("| ties\\_merging | ");
    }

    @Test
    void localInputsAreNoBaseModels() {
        RunReport report = Samples.single(1);
        RunReport local = new RunReport(
                report.title(),
                report.methods(),
                report.accuracy(),
                report.inputs().subList(1, 2),
                report.command(),
                report.versions(),
                report.seed(),
                report.started(),
                report.wallSeconds(),
                report.limits(),
                List.of());

        assertThat(ModelCard.text(local, local.methods().get(0), LOADING)).doesNotContain("base_model");
    }

    @Test
    void hostileNamesChangeNeitherFrontMatterNorTable() {
        RunReport report = Hostile.report();
        List<String> lines =
                ModelCard.text(report, report.methods().get(0), LOADING).lines().toList();

        assertThat(lines.indexOf("---")).isZero();
        assertThat(lines.subList(1, 9))
                .containsExactly(
                        "library_name: transformers",
                        "tags:",
                        "- model-merging",
                        "- amalgam",
                        "- script-script-document-title-owned-script-img-src-https-example-org-x-onerror-alert-1",
                        "base_model:",
                        "- \"a/b\\\" - c\"",
                        "---");
        assertThat(lines).filteredOn(line -> line.startsWith("`````")).hasSize(2);
        assertThat(lines)
                .filteredOn(line -> line.contains("<script>"))
                .singleElement()
                .asString()
                .startsWith("echo ");
    }
}
