package org.amalgam.cli;

import org.amalgam.AmalgamException;
import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.ClassPathConfig;
import org.amalgam.cli.config.Fixtures;
import org.amalgam.cli.config.Group;
import org.amalgam.cli.config.Multirun;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.settings.Setting;
import org.amalgam.settings.SettingsSchema;
import org.junit.jupiter.api.Test;
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
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;

class MainTest {

    record Settings(
            @Setting(value = "1e-3", help = "learning rate") double lr,

            @Setting(
                    value = "adam",
                    help = "the optimiser",
                    oneOf = {"adam", "sgd"})
            String optimizer,

            @Setting(help = "the weights") List<Double> weights) {}

    /** Runs nothing and remembers what it was asked. */
    private static class Recorder implements Program {

        private final List<RunConfig> runs = new ArrayList<>();

        @Override
        public void prepare() {}

        @Override
        public BuiltIn builtIn() {
            return Fixtures.builtIn().and(new ClassPathConfig(MainTest.class.getClassLoader()));
        }

        @Override
        public List<MethodDescription> methods() {
            return List.of(
                    new MethodDescription(
                            "adamerging",
                            "learns the coefficients",
                            "Yang et al., ICLR 2024",
                            SettingsSchema.of(Settings.class)),
                    new MethodDescription(
                            "ties",
                            "trims and elects",
                            "Yadav et al., NeurIPS 2023",
                            SettingsSchema.of(Settings.class)));
        }

        @Override
        public int run(RunConfig config, Console console) {
            runs.add(config);
            console.line("merging");
            console.result("merged 88.2");
            console.json("{\"average\": 88.2}");
            return 0;
        }

        @Override
        public int check(RunConfig config, Console console) {
            console.result("check " + config.work().name() + " with " + config.overrides());
            return 2;
        }

        @Override
        public int multirun(Multirun jobs, Console console) {
            jobs.jobs().forEach(job -> console.result(job.number() + ": " + job.label()));
            return 0;
        }

        @Override
        public Optional<SettingsSchema> settings(Group group, String base) {
            return group == Group.METHOD ? Optional.of(SettingsSchema.of(Settings.class)) : Optional.empty();
        }

        @Override
        public int demo(Console console) {
            console.result("demo");
            return 0;
        }

        @Override
        public int explore(Path folder, int port, Console console) {
            console.result("explore " + folder + " at " + port);
            return 0;
        }

        @Override
        public int resume(Path folder, Console console) {
            console.result("resume " + folder);
            return 0;
        }

        @Override
        public int compare(boolean quick, List<String> names, Console console) {
            console.result("compare" + (quick ? " quick" : ""));
            return 1;
        }

        @Override
        public int parameters(Optional<Path> model, int tasks, Console console) {
            console.result("parameters of " + model.map(Path::toString).orElse("all") + ", " + tasks);
            return 0;
        }

        @Override
        public int diff(List<String> models, Optional<String> ancestor, String sort, int limit, Console console) {
            console.result("diff of " + models + " by " + sort + ", " + limit);
            return 0;
        }

        @Override
        public int convert(Path source, Path target, String maxShardSize, Optional<String> dtype, Console console) {
            console.result(
                    "convert " + source + " to " + target + ", " + maxShardSize + ", " + dtype.orElse("as it is"));
            return 0;
        }
    }

    private record Ending(int code, String out, String err) {}

    private final Recorder program = new Recorder();

    private Ending amalgam(String... arguments) {
        return amalgam(() -> program, arguments);
    }

    private static Ending amalgam(Supplier<Program> program, String... arguments) {
        return amalgam(program, Terminal.none(StandardCharsets.UTF_8), arguments);
    }

    private static Ending amalgam(Supplier<Program> program, Terminal terminal, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = new Main(
                        program,
                        terminal,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(arguments);
        return new Ending(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static Program failing(Throwable failure) {
        return new Recorder() {
            @Override
            public int run(RunConfig config, Console console) {
                throw MainTest.<RuntimeException>sneaked(failure);
            }
        };
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> T sneaked(Throwable failure) throws T {
        throw (T) failure;
    }

    @Test
    void overridesMayStandAmongOptions(@TempDir Path conf) throws IOException {
        Files.createDirectories(conf.resolve("method"));
        Files.writeString(conf.resolve("method/mine.yaml"), "defaults: [adamerging]\nlr: 5\n");
        Ending ending = amalgam("seed=1", "--config-dir", conf.toString(), "method=mine", "-q", "method.max_steps=3");
        assertThat(ending).isEqualTo(new Ending(0, "merged 88.2\n", ""));
        RunConfig run = program.runs.get(0);
        assertThat(run.method().lineage()).containsExactly("mine", "adamerging");
        assertThat(run.overrides()).containsExactly("seed=1", "method=mine", "method.max_steps=3");
        assertThat(run.settings().seed()).isEqualTo(1);
    }

    @Test
    void volumesSayWhatWasAskedFor() {
        assertThat(amalgam("method=adamerging").out()).isEqualTo("merging\nmerged 88.2\n");
        assertThat(amalgam("--quiet", "method=adamerging").out()).isEqualTo("merged 88.2\n");
        assertThat(amalgam("--json", "method=adamerging").out()).isEqualTo("{\"average\": 88.2}\n");
        assertThat(amalgam("demo")).isEqualTo(new Ending(0, "demo\n", ""));
    }

    @Test
    void whatStandsBeforeACommandIsNotDropped() {
        assertThat(amalgam("method=adamerging", "-m", "demo"))
                .isEqualTo(new Ending(
                        2,
                        "",
                        "amalgam: --multirun method=adamerging stands before the command demo; what is meant for it goes"
                                + " behind it, and amalgam demo --help lists what it takes\n"));
        assertThat(amalgam("help", "demo").err()).startsWith("amalgam: help stands before the command demo;");
        assertThat(amalgam("-q", "demo")).isEqualTo(new Ending(0, "demo\n", ""));
        assertThat(amalgam("-q", "--config-dir", ".", "demo").err())
                .startsWith("amalgam: --config-dir stands before the command demo;");
    }

    @Test
    void foldersOfGroupsStandBeforeOrBehindACommand(@TempDir Path conf) throws IOException {
        Files.createDirectories(conf.resolve("modelpool"));
        Files.writeString(conf.resolve("modelpool/mine.yaml"), "# Of mine.\n");
        String folder = conf.toString();
        assertThat(amalgam("--config-dir", folder, "groups", "modelpool").out()).contains("mine", "Of mine.");
        assertThat(amalgam("groups", "modelpool", "--config-dir", folder).out()).contains("Of mine.");
    }

    @Test
    void aMistakeEndsWithOneLineAndCode2() {
        assertThat(amalgam("method=adamerging", "method.max_step=200"))
                .isEqualTo(new Ending(
                        2,
                        "",
                        "amalgam: method.max_step is not a setting of adamerging (command line, argument 2)."
                                + " Did you mean method.max_steps?\n"));
        assertThat(amalgam("--config-dir", ".", "-q", "method=adamerging", "seed=x"))
                .isEqualTo(new Ending(
                        2, "", "amalgam: seed: expected an integer, found \"x\" (command line, argument 5).\n"));
        assertThat(amalgam("method=adamergin"))
                .isEqualTo(
                        new Ending(
                                2,
                                "",
                                "amalgam: method=adamergin: no such method (command line, argument 1). Did you mean adamerging?"
                                        + " Methods: adamerging, task_arithmetic, adamerging_paper, adamerging_pp, pwe_moe_epo_for_gpt2, pwe_moe_ls_for_gpt2,"
                                        + " ada_svd/clip_vision, adamerging/clip, adamerging/layer_wise_gpt2, dare/task_arithmetic, dare/ties_merging,"
                                        + " fisher_merging/clip_fisher_merging and 2 more; amalgam groups method lists them.\n"));
        assertThat(amalgam("--quite", "method=adamerging"))
                .isEqualTo(
                        new Ending(
                                2,
                                "",
                                "amalgam: Unknown option: '--quite'. Did you mean --quiet? amalgam --help lists the options.\n"));
        assertThat(amalgam("dmo"))
                .isEqualTo(
                        new Ending(
                                2,
                                "",
                                "amalgam: dmo is neither a command nor an override key=value (command line, argument 1). Did you mean demo?\n"));
        assertThat(amalgam("--config-dir", "nowhere", "method=adamerging"))
                .isEqualTo(new Ending(2, "", "amalgam: --config-dir nowhere: no such folder.\n"));
        assertThat(program.runs).isEmpty();
    }

    @Test
    void theSameOverrideTwiceHasItsOwnPosition() {
        assertThat(amalgam("method=adamerging", "seed=1", "seed=1", "seed=1.5").err())
                .contains("command line, argument 4");
    }

    @Test
    void failuresOfTheRunEndByTheirKind() {
        assertThat(amalgam(
                        () -> failing(new AmalgamException("a.safetensors: truncated.\nTry again.")),
                        "method=adamerging"))
                .isEqualTo(new Ending(2, "", "amalgam: a.safetensors: truncated.\n         Try again.\n"));
        assertThat(amalgam(() -> failing(new IllegalStateException("two\nlines")), "method=adamerging"))
                .isEqualTo(new Ending(
                        1,
                        "",
                        "amalgam: IllegalStateException: two lines (this is a fault of amalgam)."
                                + " Run it again with --debug to see where.\n"));
        assertThat(amalgam(() -> failing(new OutOfMemoryError("Java heap space")), "method=adamerging")
                        .err())
                .startsWith("amalgam: out of memory (Java heap space).");
        Ending debugged = amalgam(() -> failing(new StackOverflowError()), "--debug", "method=adamerging");
        assertThat(debugged.code()).isEqualTo(1);
        assertThat(debugged.err()).contains("java.lang.StackOverflowError").contains("\tat ");
        assertThat(amalgam("--debug", "method=adamerging", "sed=1").err())
                .contains("AmalgamException")
                .contains("\tat ");
    }

    @Test
    void helpListsOptionsCommandsAndSettingsAndAsksForNothing() {
        Ending ending = amalgam(
                () -> {
                    throw new IllegalStateException("help needs no program");
                },
                "--help");
        assertThat(ending.code()).isZero();
        assertThat(ending.err()).isEmpty();
        assertThat(ending.out())
                .contains(
                        "--config-dir",
                        "--quiet",
                        "--json",
                        "--debug",
                        "--help",
                        "--version",
                        "demo",
                        "methods",
                        "Examples")
                .contains("fabric.loggers.root_dir", "outputs/logs", "merged_model_save_path", "bf16-mixed")
                .doesNotContain("@|");
        assertThat(ending.out().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(100));
        assertThat(amalgam("demo", "--help").out()).contains("Merge the embedded model family");
    }

    @Test
    void aNarrowTerminalGetsAllThatAWideOneGets() {
        Terminal narrow = new Terminal(true, true, 40, false, StandardCharsets.UTF_8);
        assertThat(amalgam(() -> program, narrow, "method=adamerging"))
                .isEqualTo(new Ending(0, "merging\nmerged 88.2\n", ""));
        assertThat(amalgam(() -> program, narrow, "--help").out()).contains("Examples");
    }

    @Test
    void everyCommandIsListedWithAWholeSentence() {
        String help = amalgam("--help").out();
        String commands = help.substring(help.indexOf("\nCommands\n"), help.indexOf("\nSettings"));
        assertThat(commands.strip().split("\n(?=  [a-z])"))
                .hasSizeGreaterThan(10)
                .allSatisfy(command -> {
                    if (!command.equals("Commands")) {
                        assertThat(command.strip()).endsWith(".");
                    }
                });
        assertThat(amalgam("convert", "--help").out()).contains("an optimiser's state is left");
    }

    @Test
    void nothingTypedShowsTheHelpAndIsAMistake() {
        Ending ending = amalgam();
        assertThat(ending.code()).isEqualTo(2);
        assertThat(ending.out()).isEmpty();
        assertThat(ending.err()).contains("Examples");
    }

    @Test
    void versionNamesBoth() {
        assertThat(amalgam("--version").out()).startsWith("amalgam ").contains("java ");
    }

    @Test
    void printConfigPrintsTheComposedYaml() {
        Ending ending = amalgam("method=task_arithmetic", "taskpool=dummy", "print_config=true", "-q");
        assertThat(ending.out())
                .startsWith("method:\n  scaling_factor: 0.3\nmodelpool:\n")
                .endsWith("threads: null\nmerged 88.2\n");
    }

    @Test
    void methodsAreListedAndDescribed() {
        assertThat(amalgam("-q", "methods").out())
                .isEqualTo("adamerging  learns the coefficients\nties        trims and elects\n");
        assertThat(amalgam("methods", "adamerging", "-q").out()).isEqualTo("""
                        adamerging  learns the coefficients
                        Yang et al., ICLR 2024

                        setting    default        meaning
                        lr         1e-3           learning rate
                        optimizer  adam           the optimiser (adam or sgd)
                        weights    must be given  the weights
                        """);
        assertThat(amalgam("methods", "adamergng"))
                .isEqualTo(new Ending(2, "", "amalgam: adamergng: no such method. Did you mean adamerging?\n"));
        assertThat(amalgam("methods", "ties", "--json").out())
                .contains("\"name\" : \"ties\"", "\"key\" : \"lr\"")
                .doesNotContain("adamerging\"");
    }

    @Test
    void whatIsPrintedIsJsonWhereThatIsAskedFor() {
        assertThat(amalgam("groups", "--json").out()).contains("\"name\" : \"taskpool\"", "\"default\" : \"zoo\"");
        assertThat(amalgam("groups", "taskpool", "--json").out())
                .contains("\"name\" : \"dummy\"", "\"summary\" : \"Evaluates nothing");
        assertThat(amalgam("groups", "method", "adamerging", "--json").out()).startsWith("{\n  \"");
        assertThat(amalgam("--json", "method=adamerging", "--cfg", "job", "-p", "modelpool")
                        .out())
                .isEqualTo("{\n  \"models\" : {\n    \"_pretrained_\" : \"zoo/clip\"\n  }\n}\n");
        for (String command : List.of("completion bash", "compare", "explore x")) {
            List<String> words = new ArrayList<>(List.of(command.split(" ")));
            words.add("--json");
            Ending ending = amalgam(words.toArray(String[]::new));
            assertThat(ending.err())
                    .startsWith("amalgam: --json: amalgam " + words.get(0))
                    .endsWith("leave it out\n");
            assertThat(ending.code()).isEqualTo(2);
            assertThat(ending.out()).isEmpty();
        }
    }

    @Test
    void theComposedConfigurationIsPrintedAndNothingRuns(@TempDir Path conf) throws IOException {
        Ending job =
                amalgam("method=adamerging", "--cfg", "job", "modelpool.models.copy=${.a}", "+modelpool.models.b=1");
        assertThat(job.err()).contains("modelpool.models.copy is not a setting");
        Ending written = amalgam("method=adamerging", "--cfg", "job", "+modelpool.x=${seed}", "+modelpool.y=???");
        assertThat(written.code()).isZero();
        assertThat(written.out()).contains("x: \"${seed}\"", "y: \"???\"").doesNotContain("hydra:");
        assertThat(amalgam("method=adamerging", "--cfg", "all", "--resolve", "-p", "modelpool", "+modelpool.x=${seed}")
                        .out())
                .isEqualTo("models:\n  _pretrained_: zoo/clip\nx: 0\n");
        assertThat(amalgam("method=adamerging", "-c", "hydra").out()).startsWith("hydra:\n  run:\n    dir: null\n");
        assertThat(amalgam("method=adamerging", "--cfg", "jop").err())
                .isEqualTo("amalgam: --cfg jop: expected job, hydra, all. Did you mean job?\n");
        assertThat(amalgam("method=adamerging", "--cfg", "job", "-p", "method.l")
                        .err())
                .startsWith("amalgam: --package method.l: there is no such key. Did you mean method.lr?");
        assertThat(program.runs).isEmpty();
        Files.writeString(conf.resolve("all.yaml"), "defaults: [{method: adamerging}]\nseed: 9\n");
        assertThat(amalgam("--config-dir", conf.toString(), "--config-name", "all", "-q")
                        .out())
                .isEqualTo("merged 88.2\n");
        assertThat(program.runs.get(0).settings().seed()).isEqualTo(9);
    }

    @Test
    void aMultirunIsHandedOverJobByJob() {
        assertThat(amalgam("-m", "method=adamerging", "method.lr=1,2").out())
                .isEqualTo("0: method.lr=1\n1: method.lr=2\n");
        assertThat(amalgam("--multirun", "method=adamerging", "seed=range(2)", "seed=1,x")
                        .err())
                .isEqualTo("amalgam: seed: expected an integer, found \"x\" (command line, argument 4).\n");
    }

    @Test
    void groupsAreListedWithTheirFiles() {
        assertThat(amalgam("groups", "-q").out())
                .contains("method  how to merge; default none\n  adamerging\n")
                .contains("taskpool  how the result is judged; default zoo\n");
        assertThat(amalgam("groups", "taskpool").out()).contains("dummy", "Evaluates nothing");
        assertThat(amalgam("groups", "modelpool", "clip-vit-base-patch32_TA8").out())
                .isEqualTo("models:\n  _pretrained_: hub\n");
        assertThat(amalgam("groups", "taskpol").err())
                .isEqualTo("amalgam: taskpol: no such group. Did you mean taskpool?\n");
        assertThat(amalgam("groups", "taskpool", "zo").err())
                .startsWith("amalgam: taskpool=zo: no such file. Did you mean zoo?");
    }
}
