package org.amalgam.cli.run;

import org.amalgam.checkpoint.FileLocks;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** What a run writes is in nobody's way, and nothing is in its way that shows at the end alone. */
class RunFolderTest {

    @TempDir
    Path folder;

    private WorkingArea area;
    private Path run;

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
        run = area.path("run");
    }

    private Ending adapted(String... more) {
        List<String> overrides = new ArrayList<>(List.of(
                "method=adamerging",
                "method.max_steps=2",
                "method.batch_size=2",
                "modelpool=mine",
                "taskpool=dummy",
                "hydra.run.dir=" + run));
        overrides.addAll(List.of(more));
        return area.amalgam(overrides.toArray(String[]::new));
    }

    /** Refused with that sentence before anything is learned, and everything is as it was. */
    private void refuses(String sentence, String... more) throws IOException {
        Set<String> before = area.files();
        Ending ending = adapted(more);
        assertThat(ending.code()).as(ending.err()).isEqualTo(2);
        assertThat(ending.err()).contains(sentence).doesNotContain("adapting");
        assertThat(area.files()).isEqualTo(before);
    }

    @Test
    void anOutputThatCannotBeWrittenIsRefusedBeforeTheWork() throws IOException {
        Path file = Files.writeString(area.path("README"), "a file");
        refuses(file + " is no folder; name another place", "merged_model_save_path=" + file.resolve("merged"));
        refuses(file + " is no folder; name another place", "report_save_path=" + file.resolve("deep/report.json"));
        refuses(file + " is no folder; name another place", "method.save_merging_weights=" + file.resolve("lambda.pt"));
        refuses(
                "both are " + area.path("x/../one"),
                "merged_model_save_path=" + area.path("one"),
                "report_save_path=" + area.path("x/../one"));
        refuses("File name too long", "merged_model_save_path=" + area.path("n".repeat(235)));
        refuses(run + ": exists already", "merged_model_save_path=" + run);
        refuses("expected the name of a file to write", "method.save_merging_weights=" + folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.yaml", "run.json", "report.html", "adaptation.safetensors", "x/../report.json"})
    void namesOfTheRunsOwnFilesAreRefused(String name) throws IOException {
        refuses("the run keeps a file of its own under the name " + name, "method.save_merging_weights=" + name);
    }

    @Test
    void aUsersOwnFileIsNotReplaced() throws IOException {
        Files.createDirectories(run);
        Path own = Files.writeString(run.resolve("config.yaml"), "mine: true");
        refuses(own + " is there already and of no run");
        assertThat(own).hasContent("mine: true");
    }

    @Test
    void anotherRunsResultIsNotReplaced() throws IOException {
        assertThat(merged("method=simple_average").code()).isZero();
        String report = Files.readString(run.resolve("report.json"));
        Ending other = merged("method=task_arithmetic");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.err()).contains(run + " holds the result of a run with another command line");
        assertThat(run.resolve("report.json")).hasContent(report);
        assertThat(merged("method=simple_average").code()).isZero();
    }

    /** What a run left that was killed before it came to anything keeps nobody from the folder. */
    @Test
    void whatCameToNothingIsReplaced() throws IOException {
        assertThat(merged("method=simple_average").code()).isZero();
        Files.delete(run.resolve("report.json"));
        assertThat(merged("method=task_arithmetic").code()).isZero();
        assertThat(run.resolve("run.json")).content().contains("task_arithmetic");
        assertThat(run.resolve("config.yaml")).content().contains("task_arithmetic");
    }

    private Ending merged(String method) {
        return area.amalgam("modelpool=mine", "taskpool=dummy", "hydra.run.dir=" + run, method);
    }

    @Test
    void aSweepIntoAnotherOnesFoldersIsRefusedBeforeItsFirstJob() throws IOException {
        assertThat(swept("0.1,0.2").code()).isZero();
        Set<String> before = area.files();
        String report = Files.readString(run.resolve("report.html"));
        Ending other = swept("0.1,0.3");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.err())
                .startsWith("amalgam: job 2, method.scaling_factor=0.3: " + run.resolve("1") + " holds the result");
        assertThat(area.files()).isEqualTo(before);
        assertThat(run.resolve("report.html")).hasContent(report);
    }

    private Ending swept(String values) {
        return area.amalgam(
                "-m",
                "modelpool=mine",
                "taskpool=dummy",
                "method=task_arithmetic",
                "method.scaling_factor=" + values,
                "hydra.sweep.dir=" + run);
    }

    @Test
    void anAnalysisFindsTheRunsFolderInTheWayOfItsReportBeforehand() throws IOException {
        Set<String> before = area.files();
        for (Path report : List.of(run, run.resolve("config.yaml"))) {
            Ending ending = area.amalgam(
                    "analysis=task_vector_similarity",
                    "modelpool=mine",
                    "taskpool=dummy",
                    "hydra.run.dir=" + run,
                    "report_save_path=" + report);
            assertThat(ending.code()).isEqualTo(2);
            assertThat(ending.err()).contains("report_save_path: " + report + " exists");
            assertThat(area.files()).isEqualTo(before);
        }
    }

    @Test
    void twoRunsDoNotShareAFolder() throws IOException {
        Files.createDirectories(run);
        try (FileLocks.Held first = RunFolder.taken(run)) {
            refuses(run + ": another run is at work in this folder");
        }
        assertThat(run).isDirectoryContaining("glob:**/.lock").isDirectoryNotContaining("glob:**/*.*.*");
        assertThat(adapted().code()).isZero();
    }
}
