package org.amalgam.cli.config;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.amalgam.AmalgamException;
import org.amalgam.settings.Source;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Any text is a configuration or answered with a sentence. The build runs the inputs kept beside the test; {@code JAZZER_FUZZ=1}
 * looks for new ones (CONTRIBUTING.md).
 */
class GrammarFuzzTest {

    @TempDir
    Path conf;

    /** The text is a command line, an override a line. */
    @FuzzTest
    void commandLine(byte[] text) {
        answers(() -> {
            List<Argument> arguments = new ArrayList<>(List.of(argument("method=adamerging", 1)));
            for (String override : utf8(text).split("\n", -1)) {
                arguments.add(argument(override, arguments.size() + 1));
            }
            new Composer(List.of(), Fixtures.builtIn()).compose(arguments);
        });
    }

    /** The text is a command line of several runs. */
    @FuzzTest
    void multirun(byte[] text) {
        answers(() -> {
            List<Argument> arguments = new ArrayList<>(List.of(argument("method=adamerging", 1)));
            for (String override : utf8(text).split("\n", -1)) {
                arguments.add(argument(override, arguments.size() + 1));
            }
            new Composer(List.of(), Fixtures.builtIn()).multirun(arguments);
        });
    }

    /** The text is a file of a group: YAML, a defaults list, interpolations. */
    @FuzzTest
    void groupFile(byte[] text) throws IOException {
        Files.createDirectories(conf.resolve("modelpool"));
        Files.write(conf.resolve("modelpool/fuzzed.yaml"), text);
        answers(() -> new Composer(List.of(conf), Fixtures.builtIn()).compose("method=adamerging", "modelpool=fuzzed"));
    }

    private static Argument argument(String text, int position) {
        return new Argument(text, Source.argument(position));
    }

    private static String utf8(byte[] text) {
        return new String(text, StandardCharsets.UTF_8);
    }

    /** Every other exception comes through. */
    private static void answers(Runnable composing) {
        try {
            composing.run();
        } catch (AmalgamException refused) {
            assertThat(refused.getMessage()).isNotBlank().doesNotContain("\n");
        }
    }
}
