package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.cli.config.ConfigOverride;
import org.amalgam.cli.run.WorkingArea.Ending;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** What an interrupted run left is carried on, and nothing takes the way back to it. */
class ResumeTest {

    @TempDir
    Path folder;

    private WorkingArea area;

    @BeforeEach
    void layOut() throws IOException {
        area = WorkingArea.in(folder);
    }

    private Ending adapted(String... more) {
        List<String> overrides = new ArrayList<>(List.of(
                "method=adamerging", "method.max_steps=2", "method.batch_size=2", "modelpool=mine", "taskpool=dummy"));
        overrides.addAll(List.of(more));
        return area.amalgam(overrides.toArray(String[]::new));
    }

    private static void refuses(Ending ending, String... parts) {
        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.err().strip().lines()).as(ending.err()).hasSize(1);
        assertThat(ending.err()).startsWith("amalgam: ").contains(parts);
    }

    @Test
    void aFolderThatNoRunBeganInIsRefusedBeforeAnythingIsComputed() throws IOException {
        Path mistyped = area.path("runs/tpyo");
        Set<String> before = area.files();
        refuses(adapted("resume=" + mistyped), "resume: " + mistyped + " is not the folder of a run", "run.json");
        refuses(
                area.amalgam("analysis=loss_landscape", "modelpool=mine", "taskpool=mine", "resume=" + mistyped),
                "resume: " + mistyped + " is not the folder of a run");
        assertThat(area.files()).isEqualTo(before);

        Files.createDirectories(mistyped);
        refuses(adapted("resume=" + mistyped), "resume: " + mistyped + " is not the folder of a run");
        assertThat(mistyped).isEmptyDirectory();
    }

    @Test
    void aMultirunCarriesNothingOn() throws IOException {
        Path run = area.path("run");
        assertThat(adapted("hydra.run.dir=" + run).code()).isZero();
        Set<String> before = area.files();
        refuses(
                adapted("-m", "seed=0,1", "resume=" + run, "hydra.sweep.dir=" + area.path("sweep")),
                "resume: " + run + " cannot be carried on by a multirun",
                "amalgam resume " + run);
        assertThat(area.files()).isEqualTo(before);
    }

    /** A multirun's folders can have such names: {@code hydra.sweep.subdir=${hydra.job.override_dirname}}. */
    @Test
    void aFolderOfAnyNameIsResumed() throws IOException {
        Path run = area.path("method.lr=1e-4,seed=0 {it's}");
        assertThat(adapted("hydra.run.dir=" + ConfigOverride.quoted(run.toString()))
                        .code())
                .isZero();
        Ending resumed = area.command("resume", run.toString());
        assertThat(resumed.err()).doesNotContain("amalgam:", "adapting");
        assertThat(resumed.code()).isZero();
        assertThat(resumed.out()).contains(run.resolve("report.html").toString());
        assertThat(new ObjectMapper()
                        .readTree(run.resolve("report.json").toFile())
                        .at("/amalgam/command")
                        .asText())
                .as("repeats the run, and does not carry it on")
                .contains("method=adamerging")
                .doesNotContain("resume=");
    }

    /** Every file of a folder with what is in it. */
    private static Map<Path, String> contents(Path run) throws IOException {
        try (Stream<Path> files = Files.list(run)) {
            Map<Path, String> contents = new TreeMap<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(file, Files.readString(file, StandardCharsets.ISO_8859_1));
            }
            return contents;
        }
    }

    @Test
    void aRunWithOtherSettingsDoesNotTakeTheWayBackToAnInterruptedOne() throws IOException {
        Path run = area.path("run");
        assertThat(adapted("hydra.run.dir=" + run).code()).isZero();
        Map<Path, String> before = contents(run);

        String state = run.resolve("adaptation.safetensors") + " is the state of a run with another command line";
        refuses(adapted("hydra.run.dir=" + run, "method.lr=1e-2"), state, "amalgam resume " + run);
        refuses(
                area.amalgam("method=task_arithmetic", "modelpool=mine", "taskpool=dummy", "hydra.run.dir=" + run),
                state);
        assertThat(adapted("resume=" + run, "method.lr=1e-2").err().lines().map(String::strip))
                .anySatisfy(line -> assertThat(line).contains("belongs to a run with other settings"))
                .anySatisfy(line -> assertThat(line).matches("saved lr 0.001, run [0-9a-f]{16}"))
                .anySatisfy(line -> assertThat(line).matches("now   lr 0.01, run [0-9a-f]{16}"));
        assertThat(contents(run)).containsAllEntriesOf(before);
        assertThat(area.command("resume", run.toString()).code()).isZero();
    }

    @Test
    void theSameCommandLineGoesOn() throws IOException {
        Path run = area.path("run");
        assertThat(adapted("hydra.run.dir=" + run).code()).isZero();
        FileTime saved = Files.getLastModifiedTime(run.resolve("adaptation.safetensors"));
        Ending again = adapted("hydra.run.dir=" + run);
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(Files.getLastModifiedTime(run.resolve("adaptation.safetensors")))
                .as("no step was left to make")
                .isEqualTo(saved);
    }

    @Test
    void theMomentOfARunIsKept() throws IOException {
        Path run = area.path("run");
        String[] timed = {
            "hydra.run.dir=" + run,
            "method.save_merging_weights=weights_${now:%H%M%S_%f}.pt",
            "report_save_path=" + area.path("${now:%H%M%S_%f}.json"),
        };
        assertThat(adapted(timed).code()).isZero();
        ObjectMapper json = new ObjectMapper();
        ObjectNode kept = (ObjectNode) json.readTree(run.resolve("run.json").toFile());
        ZonedDateTime moment = ZonedDateTime.parse(kept.path("now").asText());
        Path report = area.path(DateTimeFormatter.ofPattern("HHmmss_SSSSSS").format(moment) + ".json");
        assertThat(report).exists();

        Files.delete(report);
        Ending resumed = area.command("resume", run.toString());
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(report).exists();

        json.writeValue(run.resolve("run.json").toFile(), kept.put("now", "noon"));
        refuses(area.command("resume", run.toString()), "run.json: now: expected a moment", "found noon");
    }

    @Test
    void whatIsSavedWhereDoesNotKeepARunFromGoingOn() throws IOException {
        Path run = area.path("run");
        assertThat(adapted("hydra.run.dir=" + run).code()).isZero();
        FileTime saved = Files.getLastModifiedTime(run.resolve("adaptation.safetensors"));
        Ending resumed = adapted(
                "resume=" + run,
                "method.save_merging_weights=other.pt",
                "method.cache_dir=" + area.path("cache"),
                "method.devices=2",
                "method.num_workers=1");
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(run.resolve("other.pt")).exists();
        assertThat(Files.getLastModifiedTime(run.resolve("adaptation.safetensors")))
                .as("no step was left to make")
                .isEqualTo(saved);
    }

    @Test
    void aRunThatKeptNoMomentIsResumed() throws IOException {
        Path run = area.path("run");
        assertThat(adapted("hydra.run.dir=" + run).code()).isZero();
        ObjectMapper json = new ObjectMapper();
        ObjectNode kept = (ObjectNode) json.readTree(run.resolve("run.json").toFile());
        json.writeValue(run.resolve("run.json").toFile(), kept.without("now"));
        assertThat(area.command("resume", run.toString()).code()).isZero();
        assertThat(adapted("hydra.run.dir=" + run).code()).isZero();
    }

    @Test
    void whatFailsWhileItIsCarriedOnCanBeCarriedOnAgain() throws IOException {
        Path run = area.path("run");
        assertThat(adapted("hydra.run.dir=" + run, "method.batch_size=6").code())
                .isZero();
        Files.delete(run.resolve("adaptation.safetensors"));
        String image = Files.readString(area.path("data/birds/wren/1.png"), StandardCharsets.ISO_8859_1);
        area.write("data/birds/wren/1.png", "no image");
        refuses(area.command("resume", run.toString()), "1.png");
        Files.writeString(area.path("data/birds/wren/1.png"), image, StandardCharsets.ISO_8859_1);
        assertThat(area.command("resume", run.toString()).code()).isZero();
    }
}
