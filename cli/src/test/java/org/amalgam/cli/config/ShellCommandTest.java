package org.amalgam.cli.config;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

class ShellCommandTest {

    /** The words that a shell makes of a line. */
    private static List<String> words(String line) throws IOException {
        Process shell = new ProcessBuilder("sh", "-c", "amalgam() { printf '%s\\0' \"$@\"; }; " + line)
                .redirectErrorStream(true)
                .start();
        String printed = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return List.of(printed.split("\0"));
    }

    @Test
    void aShellReadsTheWordsThatWereGiven() throws IOException {
        List<String> overrides = List.of(
                "method=adamerging",
                "method.weights=[0.3, 0.4]",
                "~method.lr",
                "+modelpool.models.birds='it\\'s, $HOME'",
                "fabric.loggers.name=lr-${method.lr}",
                "report_save_path=a\"b`c\\d\n*.json",
                "seed=");
        String line = new ShellCommand(List.of(Path.of("my conf"), Path.of("conf")), Optional.of("nightly"), overrides)
                .text("-m");

        assertThat(line)
                .startsWith("amalgam -m --config-dir 'my conf' --config-dir conf --config-name nightly method=");
        assertThat(words(line).subList(0, 7))
                .containsExactly("-m", "--config-dir", "my conf", "--config-dir", "conf", "--config-name", "nightly");
        assertThat(words(line).subList(7, 14)).isEqualTo(overrides);
    }

    @Test
    void whereARunWasCarriedOnIsLeftOut(@TempDir Path conf) throws IOException {
        Files.createDirectories(conf.resolve("method"));
        Files.writeString(conf.resolve("method/mine.yaml"), "defaults: [adamerging]\nlr: 5e-4\n");
        Composer composer = new Composer(List.of(conf), Fixtures.builtIn());

        assertThat(composer.compose("method=mine", "seed=1", "resume='a, b'").command())
                .isEqualTo("amalgam --config-dir " + conf + " method=mine seed=1");
        assertThat(composer.compose("method=mine", "++resume=a").command())
                .isEqualTo("amalgam --config-dir " + conf + " method=mine");
    }
}
