package org.amalgam.cli;

import org.amalgam.cli.run.AmalgamProgram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** What shells offer. */
class CompletionTest {

    @TempDir
    private Path folder;

    private static List<String> amalgam(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        int code = new Main(AmalgamProgram::new, Terminal.none(StandardCharsets.UTF_8), print, print).run(arguments);
        assertThat(code).as(out.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static List<String> offered(String... words) {
        List<String> arguments = new ArrayList<>(List.of("complete", "--"));
        arguments.addAll(List.of(words));
        return amalgam(arguments.toArray(String[]::new));
    }

    @Test
    void commandsGroupsAndKeys() {
        assertThat(offered(""))
                .contains("demo", "groups", "completion", "method=", "modelpool=", "seed=")
                .doesNotContain("complete");
        assertThat(offered("me"))
                .containsExactly(
                        "methods", "method=", "merged_model_save_path=", "merged_model_save_kwargs=", "memory=");
        assertThat(offered("--co")).containsExactly("--config-dir", "--config-name");
        assertThat(offered("method=adamerging", "method.l")).containsExactly("method.lr=");
        assertThat(offered("method=task_arithmetic", "method.l")).isEmpty();
        assertThat(offered("method=adamerging", "++method.l")).containsExactly("++method.lr=");
        assertThat(offered("method=adamerging", "~method.l")).containsExactly("~method.lr");
        assertThat(offered("fabric.lo")).contains("fabric.loggers.root_dir=");
        assertThat(offered("method=adamerging", "dem")).isEmpty();
        assertThat(offered("method=nonsense", "se")).containsExactly("seed=");
    }

    @Test
    void filesOfGroupsAndValuesOfKeys() throws IOException {
        assertThat(offered("method=task")).containsExactly("method=task_arithmetic");
        assertThat(offered("-m", "method=task_arithmetic,tie")).containsExactly("method=task_arithmetic,ties_merging");
        assertThat(offered("modelpool=CLIPVisionModelPool/clip-vit-large-patch14_T"))
                .containsExactly(
                        "modelpool=CLIPVisionModelPool/clip-vit-large-patch14_TA8",
                        "modelpool=CLIPVisionModelPool/clip-vit-large-patch14_TA8_model_only");
        assertThat(offered("+dataset/image_classification/test@taskpool.test_datasets=s"))
                .contains("+dataset/image_classification/test@taskpool.test_datasets=svhn");
        assertThat(offered("fabric.precision=b")).containsExactly("fabric.precision=bf16-mixed");
        assertThat(offered("dry_run=")).containsExactly("dry_run=true", "dry_run=false");
        assertThat(offered("method=adamerging", "method.optimizer=a")).containsExactly("method.optimizer=adam");
        assertThat(offered("--cfg", "")).containsExactly("job", "hydra", "all");
        assertThat(offered("methods", "ada")).contains("adamerging");
        assertThat(offered("groups", "task")).containsExactly("taskpool");
        assertThat(offered("completion", "")).containsExactly("bash", "zsh", "fish");
        Files.createDirectories(folder.resolve("modelpool"));
        Files.writeString(folder.resolve("modelpool/mine.yaml"), "models: {}\n");
        Files.writeString(folder.resolve("all.yaml"), "{}\n");
        assertThat(offered("--config-dir", folder.toString(), "modelpool=m")).containsExactly("modelpool=mine");
        assertThat(offered("--config-dir", folder.toString(), "--config-name", ""))
                .containsExactly("all");
        assertThat(offered("--config-dir", "")).isEmpty();
    }

    @Test
    void everyShellHasAScriptThatAsksTheProgram() {
        for (String shell : CompletionCommand.SHELLS) {
            assertThat(String.join("\n", amalgam("completion", shell))).contains(" complete -- ", "fusion_bench");
        }
    }

    /** The script in bash itself, with a stand-in for the program. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void bashReplacesOnlyWhatItTakesForAWord() throws IOException, InterruptedException {
        String script = CompletionCommand.script("bash") + """
                amalgam() { printf '%s\\n' "asked:$*" >&2; printf '%s\\n' method=ties_merging method=task_arithmetic; } 2>>asked
                COMP_LINE='amalgam -m method=t rest' COMP_POINT=19
                _amalgam
                echo "${COMPREPLY[@]}"
                COMP_LINE='amalgam me' COMP_POINT=10
                _amalgam
                echo "${COMPREPLY[@]}"
                COMP_LINE='amalgam ' COMP_POINT=8
                _amalgam
                echo "${#COMPREPLY[@]}"
                """;
        Path file = Files.writeString(folder.resolve("try.bash"), script);
        Process bash = new ProcessBuilder("bash", file.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(said).isZero();
        assertThat(said).isEqualTo("ties_merging task_arithmetic\nmethod=ties_merging method=task_arithmetic\n2\n");
    }
}
