package org.amalgam.cli;

import org.amalgam.cli.docs.Pages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

    @Test
    void outputThatCannotBeWrittenIsSaidOnce() throws IOException, InterruptedException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        Process process = help().redirectOutput(full.toFile()).start();
        assertThat(process.getErrorStream())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("amalgam: standard output could not be written, so what was printed is not all there;"
                        + " is its disk full?\n");
        assertThat(process.waitFor()).isEqualTo(2);
    }

    @Test
    void aReaderThatLeavesIsNoFailure() throws IOException, InterruptedException {
        Process process = help().start();
        process.getInputStream().close();
        assertThat(process.getErrorStream()).asString(StandardCharsets.UTF_8).isEmpty();
        assertThat(process.waitFor()).isZero();
    }

    /** As a service manager or a remote shell may have it. */
    @Test
    void aReaderAtASocketMayLeaveToo() throws IOException, InterruptedException {
        Path bash = Path.of("/bin/bash");
        assumeTrue(Files.isExecutable(bash));
        try (ServerSocket reader = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ProcessBuilder command = help();
            command.command()
                    .addAll(
                            0,
                            List.of(
                                    bash.toString(),
                                    "-c",
                                    "exec \"$@\" > /dev/tcp/127.0.0.1/" + reader.getLocalPort(),
                                    "bash"));
            Process process = command.start();
            Socket leaving = reader.accept();
            // At once, and not when all is sent.
            leaving.setSoLinger(true, 0);
            leaving.close();
            assertThat(process.getErrorStream())
                    .asString(StandardCharsets.UTF_8)
                    .isEmpty();
            assertThat(process.waitFor()).isZero();
        }
    }

    /** Persian has digits of its own. */
    @Test
    void numbersAreWrittenAlikeInAllLanguages() throws IOException {
        ProcessBuilder jobs = amalgam("-m", "method=simple_average", "seed=1,2", "merged_model_save_path=merged");
        jobs.command().add(1, "-Duser.language=fa");
        assertThat(printed(jobs))
                .startsWith("amalgam: merged_model_save_path: jobs 1 and 2 would both write to merged");
    }

    private static ProcessBuilder help() {
        return amalgam("--help");
    }

    private static ProcessBuilder amalgam(String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(JAVA.toString(), "-cp", System.getProperty("java.class.path"), "org.amalgam.cli.Main"));
        command.addAll(List.of(arguments));
        ProcessBuilder process = new ProcessBuilder(command);
        // A virtual machine that takes options from there says so on standard error.
        process.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS"));
        return process;
    }

    private static String printed(ProcessBuilder command) throws IOException {
        Process process = command.redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
