package org.amalgam.cli.run;

import org.amalgam.cli.Main;
import org.amalgam.cli.Terminal;
import org.amalgam.cli.config.Argument;
import org.amalgam.cli.config.Composer;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.cli.docs.Pages;
import org.amalgam.settings.Settings;
import org.amalgam.settings.Source;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The commands that the pages print: each is composed and its settings are bound; nothing is merged. Those that only print are
 * executed.
 */
class DocumentedCommandsTest {

    private static final Pattern COMMAND = Pattern.compile("bin/(?:amalgam|fusion_bench) (.+)");
    private static final Pattern WORD = Pattern.compile("(?:[^\\s']|'[^']*')+");
    private static final Pattern FILE = Pattern.compile("# (conf/\\S+\\.yaml)\\b.*");

    /** Commands of their own, which compose nothing. */
    private static final List<String> OTHER = List.of(
            "demo", "compare", "methods", "groups", "parameters", "completion", "resume", "explore", "convert", "diff");

    /** Of these, the ones that read nothing but what is built in. */
    private static final List<String> PRINTING = List.of("methods", "groups", "parameters", "completion");

    @TempDir
    Path folder;

    private record Printed(String page, String command) {}

    /** The groups that the pages define, written where the commands look for them. */
    private void writeGroups() throws IOException {
        for (String page : Pages.all()) {
            for (String block : Pages.blocks(Pages.read(page), "yaml")) {
                Matcher file = FILE.matcher(block.lines().findFirst().orElse(""));
                if (file.matches()) {
                    Path path = folder.resolve(file.group(1));
                    Files.createDirectories(path.getParent());
                    Files.writeString(path, block);
                }
            }
        }
    }

    private static Stream<Printed> printed() {
        return Pages.all().stream().flatMap(page -> Pages.blocks(Pages.read(page), "sh").stream()
                .flatMap(block -> block.replaceAll("\\\\\\n\\s*", "").lines())
                .map(COMMAND::matcher)
                .filter(Matcher::matches)
                .map(command -> new Printed(page, command.group(1))));
    }

    private static List<String> words(String command) {
        return WORD.matcher(command.replaceFirst(" +#.*$", ""))
                .results()
                .map(word -> word.group().replace("'", ""))
                .toList();
    }

    @TestFactory
    Stream<DynamicTest> everyCommandComposes() throws IOException {
        writeGroups();
        return printed()
                .map(printed -> DynamicTest.dynamicTest(
                        printed.page() + ": " + printed.command(), () -> compose(words(printed.command()))));
    }

    private void compose(List<String> words) {
        if (words.get(0).equals("check")) {
            compose(words.subList(1, words.size()));
            return;
        }
        if (OTHER.contains(words.get(0))) {
            if (PRINTING.contains(words.get(0)) && !words.contains("--model")) {
                prints(words);
            }
            return;
        }
        if (words.contains("--cfg")) {
            prints(words);
        }
        List<Path> configDirs = new ArrayList<>();
        Optional<String> configName = Optional.empty();
        List<Argument> overrides = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).equals("--config-dir")) {
                i++;
                configDirs.add(folder.resolve(words.get(i)));
            } else if (words.get(i).equals("--config-name")) {
                i++;
                configName = Optional.of(words.get(i));
            } else if (words.get(i).equals("--cfg")) {
                i++;
            } else if (!words.get(i).startsWith("-")) {
                overrides.add(new Argument(words.get(i), Source.argument(i + 1)));
            }
        }
        Composer composer = new Composer(configDirs, configName, new AmalgamProgram().builtIn());
        if (words.contains("-m")) {
            composer.multirun(overrides).jobs().forEach(job -> bind(job.config()));
        } else {
            bind(composer.compose(overrides));
        }
    }

    private static void prints(List<String> words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        assertThat(amalgam(words, out, err))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isNotBlank();
    }

    private static int amalgam(List<String> words, ByteArrayOutputStream out, ByteArrayOutputStream err) {
        return new Main(
                        AmalgamProgram::new,
                        Terminal.none(StandardCharsets.UTF_8),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(words.toArray(String[]::new));
    }

    private static void bind(RunConfig config) {
        if (config.isAnalysis()) {
            AnalysisChoice.of(config.work());
        } else {
            MethodChoice.of(config.method());
        }
        ModelPoolSettings models =
                Settings.bind(ModelPoolSettings.class, config.modelpool().node(), "modelpool", "pool");
        Settings.bind(TaskPoolSettings.class, config.taskpool().node(), "taskpool", "pool");
        assertThat(models.experts()).isNotEmpty();
    }

    @TestFactory
    Stream<DynamicTest> everyErrorIsTheOneThatIsPrinted() {
        return Pages.all().stream().flatMap(page -> Pages.blocks(Pages.read(page), "console").stream()
                .filter(block -> block.contains("\namalgam: "))
                .map(block -> DynamicTest.dynamicTest(page, () -> refused(block))));
    }

    /** Pairs of a command and what it answers. */
    private static void refused(String block) {
        for (String exchange : block.split("(?m)^\\$ ", -1)) {
            if (!exchange.isBlank()) {
                String[] parts = exchange.split("\n", 2);
                Matcher command = COMMAND.matcher(parts[0]);
                assertThat(command.matches()).as(parts[0]).isTrue();
                ByteArrayOutputStream err = new ByteArrayOutputStream();
                int code = amalgam(words(command.group(1)), new ByteArrayOutputStream(), err);
                assertThat(err.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n"))
                        .isEqualTo(parts[1]);
                assertThat(code).isEqualTo(2);
            }
        }
    }
}
