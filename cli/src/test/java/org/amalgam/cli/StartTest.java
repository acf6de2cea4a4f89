package org.amalgam.cli;

import org.amalgam.cli.docs.Pages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/** What the process is told by the shell that starts it. */
class StartTest {

    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    @ParameterizedTest
    @ValueSource(strings = {"", "C", "POSIX"})
    void filesAreNamedInUtf8WhereNoLocaleIsSet(String locale, @TempDir Path folder) throws IOException {
        ProcessBuilder shell = new ProcessBuilder(
                "sh",
                "-c",
                // In octal, since the shell that runs this test may itself have no locale.
                "home=$(printf 'd\\303\\274mpel'); mkdir \"$home\"; cd \"$home\"; . '"
                        + Pages.root().resolve("bin/environment.sh") + "'; exec '" + JAVA
                        + "' -XshowSettings:properties -version");
        shell.environment().keySet().removeIf(name -> name.equals("LANG") || name.startsWith("LC_"));
        shell.environment().put("LC_ALL", locale);

        assertThat(printed(shell.directory(folder.toFile()))).contains("sun.jnu.encoding = UTF-8", "d\u00fcmpel");
    }

    private static String printed(ProcessBuilder command) throws IOException {
        Process process = command.redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
