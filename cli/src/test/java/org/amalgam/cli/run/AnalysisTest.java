package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** Whole analyses as a user starts them, on tiny models and data. */
class AnalysisTest {

    @TempDir
    Path folder;

    private WorkingArea area;

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
    }

    private Ending analysed(String... more) {
        List<String> overrides = new ArrayList<>(List.of("analysis=loss_landscape", "modelpool=mine", "taskpool=mine"));
        overrides.addAll(List.of(more));
        return area.amalgam(overrides.toArray(String[]::new));
    }

    private static JsonNode figure(Path report) throws IOException {
        return new ObjectMapper().readTree(report.toFile()).at("/amalgam/methods/0/figures/0");
    }

    @Test
    void showsTheLossesOfAPair() throws IOException {
        Path report = area.path("report.json");
        Ending ending = analysed("analysis.grid=5", "report_save_path=" + report);
        assertThat(ending.err()).doesNotContain("amalgam:");
        assertThat(ending.code()).isZero();
        assertThat(ending.out())
                .contains("1 pair, 5 x 5 points each", "birds and digits: joint loss θ0 ", "Of birds and digits the");

        JsonNode figure = figure(report);
        assertThat(figure.path("kind").asText()).isEqualTo("landscape");
        assertThat(figure.path("ticks")).hasToString("[-1.0,-0.5,0.0,0.5,1.0]");
        assertThat(figure.path("surfaces")).hasSize(3);
        Path run = area.path("logs/loss_landscape/version_0");
        assertThat(run.resolve("report.html")).content().contains("Loss landscape of birds and digits");

        // The ancestor's loss is the one by which a merge with the factor 0 is judged.
        Ending merged = area.amalgam(
                "method=task_arithmetic",
                "method.scaling_factor=0",
                "modelpool=mine",
                "taskpool=mine",
                "report_save_path=" + area.path("merged.json"));
        assertThat(merged.code()).isZero();
        JsonNode judged = new ObjectMapper().readTree(area.path("merged.json").toFile());
        for (int task = 0; task < 2; task++) {
            assertThat(figure.at("/surfaces/" + task + "/values/2/2").asDouble())
                    .isEqualTo(judged.path(List.of("birds", "digits").get(task))
                            .path("loss")
                            .asDouble());
        }
    }

    @Test
    void goesOnWhereItWas() throws IOException {
        assertThat(analysed("analysis.grid=3", "report_save_path=" + area.path("one.json"))
                        .code())
                .isZero();
        Path run = area.path("logs/loss_landscape/version_0");
        assertThat(run.resolve("analysis.safetensors")).exists();
        Ending resumed = analysed("analysis.grid=3", "resume=" + run, "report_save_path=" + area.path("two.json"));
        assertThat(resumed.code()).isZero();
        assertThat(resumed.err()).as("nothing was left to compute").doesNotContain("loss landscape");
        assertThat(figure(area.path("two.json"))).isEqualTo(figure(area.path("one.json")));

        Ending other = analysed("analysis.grid=4", "resume=" + run);
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.err()).contains("belongs to a run with other settings or inputs");
    }

    @Test
    void severalOfOneCommandLineShareAPage() throws IOException {
        Path sweep = area.path("sweep");
        Ending ending = area.amalgam(
                "-m",
                "analysis=loss_landscape",
                "modelpool=mine",
                "taskpool=mine",
                "analysis.grid=3,5",
                "hydra.sweep.dir=" + sweep);
        assertThat(ending.code()).as(ending.err()).isZero();
        assertThat(ending.out()).contains("analysis.grid").doesNotContain("average");
        JsonNode methods = new ObjectMapper()
                .readTree(sweep.resolve("report.json").toFile())
                .at("/amalgam/methods");
        assertThat(methods)
                .extracting(method -> method.path("name").asText())
                .containsExactly("analysis.grid=3", "analysis.grid=5");
        for (int job = 0; job < 2; job++) {
            assertThat(methods.path(job).at("/figures/0"))
                    .isEqualTo(figure(sweep.resolve(job + "/report.json")))
                    .isNotEmpty();
        }
        assertThat(sweep.resolve("report.html")).content().contains("Loss landscape of birds and digits");
    }

    @Test
    void aPlanComputesNothing() throws IOException {
        Set<String> before = area.files();
        assertThat(analysed("dry_run=true").out()).contains("11 x 11 points each, up to 256 samples a task");
        assertThat(analysed("dry_run=true", "--json").out())
                .contains("\"analysis\" : \"", "\"can_run\" : true", "\"peak_memory_bytes\"");
        assertThat(area.files()).isEqualTo(before);
    }

    /** Each worker has spans of its own; the machine's processors are of no account. */
    @Test
    void aPlansMemoryIsThatOfTheRunsThreads() {
        List<String> plans = new ArrayList<>();
        for (int threads : List.of(1, 1000)) {
            Ending ending = area.amalgam(
                    "analysis=task_vector_similarity",
                    "modelpool=mine",
                    "taskpool=dummy",
                    "dry_run=true",
                    "threads=" + threads);
            assertThat(ending.code()).as(ending.err()).isZero();
            plans.add(ending.out()
                    .lines()
                    .filter(line -> line.startsWith("plan "))
                    .findFirst()
                    .orElseThrow());
        }
        assertThat(plans.get(0)).contains("peak memory about").isNotEqualTo(plans.get(1));
    }

    private void refuses(Ending ending, String... parts) {
        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.err().lines()).hasSize(1);
        assertThat(ending.err()).startsWith("amalgam: ").contains(parts);
    }

    @Test
    void whatDoesNotFitIsOneSentence() throws IOException {
        Set<String> before = area.files();
        refuses(analysed("method=task_arithmetic"), "method= and analysis= are both given");
        refuses(analysed("analysis.gird=3"), "analysis.gird is not a setting of loss_landscape", "analysis.grid");
        refuses(area.amalgam("analysis=los_landscape"), "no such analysis", "Did you mean loss_landscape?");
        refuses(analysed("analysis.tasks=[birds,cats]"), "cats is not a model of the pool; there are birds, digits");
        refuses(analysed("taskpool=dummy"), "needs two tasks");
        refuses(analysed("merged_model_save_path=" + area.path("merged")), "merged_model_save_path", "leave it out");
        refuses(
                analysed("evaluation.every=3"),
                "evaluation.every: an analysis takes no steps",
                "give evaluation.every=0");
        refuses(
                analysed("analysis.grid=100000", "dry_run=true"),
                "analysis.grid: expected 2 to 201 points on either axis, found 100000",
                "10000000000 points a pair");
        refuses(analysed("memory=1m"), "memory=1m is not enough");
        assertThat(area.files()).isEqualTo(before);

        Files.writeString(area.path("report.json"), "{}");
        refuses(analysed("report_save_path=" + area.path("report.json")), "exists and is not overwritten");
    }
}
