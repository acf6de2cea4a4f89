package org.amalgam.cli.run;

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
                "both are " + area.path("one"),
                "merged_model_save_path=" + area.path("one"),
                "report_save_path=" + area.path("one"));
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
    void anotherRunsReportIsNotReplaced() throws IOException {
        List<String> static_ = List.of("modelpool=mine", "taskpool=dummy", "hydra.run.dir=" + run);
        assertThat(merged(static_, "method=simple_average").code()).isZero();
        String report = Files.readString(run.resolve("report.json"));
        Ending other = merged(static_, "method=task_arithmetic");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.err()).contains(run + " holds a run with another command line");
        assertThat(run.resolve("report.json")).hasContent(report);
        assertThat(merged(static_, "method=simple_average").code()).isZero();
    }

    private Ending merged(List<String> overrides, String method) {
        List<String> all = new ArrayList<>(overrides);
        all.add(method);
        return area.amalgam(all.toArray(String[]::new));
    }

    /** Whether or not parents of it had to be made. */
    @Test
    void theFolderIsPrintedAsItWasNamed() {
        Path named = Path.of("").toAbsolutePath().relativize(area.path("a/b"));
        Ending ending =
                merged(List.of("modelpool=mine", "taskpool=dummy", "hydra.run.dir=" + named), "method=simple_average");
        assertThat(ending.code()).as(ending.err()).isZero();
        assertThat(ending.out().lines()).contains("run      " + named);
    }

    @Test
    void twoRunsDoNotShareAFolder() throws IOException {
        Files.createDirectories(run);
        try (RunLock first = RunLock.of(run)) {
            refuses(run + ": another run is at work in this folder");
        }
        assertThat(run).isEmptyDirectory();
        assertThat(adapted().code()).isZero();
        assertThat(run.resolve(".lock")).doesNotExist();
    }
}
