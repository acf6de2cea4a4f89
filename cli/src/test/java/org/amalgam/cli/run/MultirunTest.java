package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** Several runs of one command line. */
class MultirunTest {

    @TempDir
    Path folder;

    private WorkingArea area;

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
    }

    private Ending multirun(String... overrides) {
        String[] all = new String[overrides.length + 4];
        all[0] = "-m";
        all[1] = "modelpool=mine";
        all[2] = "taskpool=mine";
        all[3] = "hydra.sweep.dir=" + area.path("sweep");
        System.arraycopy(overrides, 0, all, 4, overrides.length);
        return area.amalgam(all);
    }

    private JsonNode json(String file) throws IOException {
        return new ObjectMapper().readTree(area.path(file).toFile());
    }

    @Test
    void oneNumberSweptIsAFigureOfCurves() throws IOException {
        Ending ending = multirun(
                "method=task_arithmetic",
                "method.scaling_factor=0.01,0.1,1",
                "merged_model_save_path=" + area.path("merged") + "_${hydra.job.num}");
        assertThat(ending.err()).doesNotContain("amalgam:");
        assertThat(ending.code()).isZero();
        assertThat(ending.out()).contains("job", "method.scaling_factor", "average", "0.01");
        JsonNode report = json("sweep/report.json").path("amalgam");
        JsonNode figure = report.path("overview").get(0);
        assertThat(figure.path("kind").asText()).isEqualTo("lines");
        assertThat(figure.path("x").asText()).isEqualTo("method.scaling_factor");
        assertThat(figure.path("series")).hasSize(3);
        assertThat(figure.path("series").get(2).path("x").toString()).isEqualTo("[0.01,0.1,1.0]");
        for (int job = 0; job < 3; job++) {
            double own = json("sweep/" + job + "/report.json")
                    .path("average")
                    .path("accuracy")
                    .asDouble();
            assertThat(figure.path("series").get(2).path("y").get(job).asDouble())
                    .isEqualTo(100 * own);
            assertThat(area.path("merged_" + job + "/model.safetensors")).exists();
            assertThat(area.path("sweep/" + job + "/config.yaml")).content().contains("num: " + job);
        }
        assertThat(area.path("sweep/0/config.yaml")).content().contains("scaling_factor: 0.01");
        assertThat(report.path("table")).hasSize(5);
        assertThat(report.path("command").asText())
                .startsWith("amalgam -m --config-dir " + area.path("conf") + " modelpool=mine")
                .contains("'merged_model_save_path=" + area.path("merged") + "_${hydra.job.num}'");
        assertThat(area.path("sweep/report.html"))
                .content()
                .contains("Accuracy against method.scaling_factor", "\"xLog\":true");
    }

    @Test
    void aMistakeInTheLastJobShowsBeforeTheFirst() throws IOException {
        Set<String> before = area.files();
        Ending ending = multirun("method=task_arithmetic", "method.scaling_factor=0.1,abc");
        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.err()).startsWith("amalgam: job 2, method.scaling_factor=abc: method.scaling_factor");
        assertThat(area.files()).isEqualTo(before);
    }

    @Test
    void whatMethodsSaveHasAPlaceForEachJob() throws IOException {
        Set<String> before = area.files();
        Path coefficients = area.path("lambda.pt");
        String[] overrides = {"method=adamerging", "method.max_steps=1", "seed=0,1", ""};
        overrides[3] = "method.save_merging_weights=" + coefficients;
        Ending ending = multirun(overrides);
        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.err())
                .contains("method.save_merging_weights: jobs 1 and 2 would both write to " + coefficients);
        assertThat(area.files()).isEqualTo(before);
        overrides[3] = "method.save_merging_weights=./a\0b";
        Ending impossible = multirun(overrides);
        assertThat(impossible.code()).as(impossible.err()).isEqualTo(2);
        assertThat(impossible.err()).startsWith("amalgam: method.save_merging_weights: expected the name of a file");
        assertThat(area.files()).isEqualTo(before);
        overrides[3] = "method.save_merging_weights=lambda.pt";
        assertThat(multirun(overrides).code()).isZero();
    }

    @Test
    void runsOfSeveralSeedsHaveNoneInCommon() throws IOException {
        assertThat(multirun("method=simple_average", "seed=1,2").code()).isZero();
        assertThat(json("sweep/report.json").path("amalgam").has("seed")).isFalse();
        assertThat(area.path("sweep/report.html")).content().doesNotContain("seed 1");
        assertThat(json("sweep/1/report.json").at("/amalgam/seed").asLong()).isEqualTo(2);
        assertThat(multirun("method=simple_average,ties_merging", "seed=3", "hydra.sweep.dir=" + area.path("one"))
                        .code())
                .isZero();
        assertThat(json("one/report.json").at("/amalgam/seed").asLong()).isEqualTo(3);
    }

    @Test
    void oneJobWithTwoThingsUnderOneNameIsToldSo() throws IOException {
        Path both = area.path("both");
        Ending ending = multirun("method=simple_average", "merged_model_save_path=" + both, "report_save_path=" + both);
        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.err()).contains("merged_model_save_path and report_save_path: both are " + both);
    }

    @Test
    void namesSweptAreAFigureOfDots() throws IOException {
        Ending ending = multirun("-q", "method=simple_average,ties_merging");
        assertThat(ending.code()).as(ending.err()).isZero();
        assertThat(ending.out().lines()).hasSize(3);
        JsonNode figure =
                json("sweep/report.json").path("amalgam").path("overview").get(0);
        assertThat(figure.path("kind").asText()).isEqualTo("dots");
        assertThat(figure.path("rows").toString()).isEqualTo("[\"method=simple_average\",\"method=ties_merging\"]");
    }

    @Test
    void aNumberAndANameAreACurveForEachName() throws IOException {
        Ending ending = multirun(
                "--json", "method=ties_merging", "method.scaling_factor=0.3,0.5", "method.merge_func=sum,mean");
        assertThat(ending.code()).as(ending.err()).isZero();
        JsonNode printed = new ObjectMapper().readTree(ending.out());
        JsonNode figure = printed.path("amalgam").path("overview").get(0);
        assertThat(figure.path("kind").asText()).isEqualTo("lines");
        assertThat(figure.path("series"))
                .extracting(series -> series.path("name").asText())
                .containsExactly("method.merge_func=sum", "method.merge_func=mean");
    }

    @Test
    void aJobThatFailsIsReportedAndTheOthersGoOn() throws IOException {
        Ending ending = multirun(
                "method=adamerging",
                "method.name=clip_task_wise_adamerging",
                "method.max_steps=2",
                "method.batch_size=2",
                "method.weights=[0.3,0.3],[1,2,3],null");
        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.err()).contains("amalgam: job 2, method.weights=[1,2,3]: method.weights");
        assertThat(ending.out()).containsPattern("2 +\\[1,2,3] +failed");
        JsonNode report = json("sweep/report.json").path("amalgam");
        assertThat(report.path("notes").get(0).asText()).startsWith("Job 2, method.weights=[1,2,3], failed: ");
        assertThat(area.path("sweep/2/report.html")).exists();
        assertThat(area.path("sweep/1")).doesNotExist();
    }

    @Test
    void aMistakeInOneJobEndsAllBeforeTheFirst() throws IOException {
        Set<String> before = area.files();
        Ending ending = multirun("method=task_arithmetic", "seed=1,x");
        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.err()).contains("seed: expected an integer, found \"x\"");
        Ending dry = multirun("method=task_arithmetic", "seed=1,2", "dry_run=true");
        assertThat(dry.code()).as(dry.err()).isZero();
        assertThat(area.files()).isEqualTo(before);
    }

    @Test
    void theJobsPlansAreOneDocument() throws IOException {
        Ending ending = multirun("--json", "method=task_arithmetic,ties_merging", "dry_run=true");
        assertThat(ending.code()).as(ending.err()).isZero();
        JsonNode plans = new ObjectMapper()
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(ending.out());
        assertThat(plans)
                .extracting(plan -> plan.path("method").asText())
                .containsExactly("task_arithmetic", "ties_merging");
    }

    @Test
    void aRunsFolderCanBeNamed() throws IOException {
        Ending ending = area.amalgam(
                "method=simple_average",
                "modelpool=mine",
                "taskpool=dummy",
                "seed=5",
                "hydra.run.dir=" + area.path("here/${seed}"));
        assertThat(ending.code()).as(ending.err()).isZero();
        assertThat(area.path("here/5/report.html")).exists();
        assertThat(Files.readString(area.path("here/5/config.yaml"))).contains("seed: 5");
    }
}
