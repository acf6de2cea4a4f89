package org.amalgam.cli;

import org.amalgam.AmalgamException;
import org.amalgam.cli.config.Argument;
import org.amalgam.cli.config.Composer;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.settings.Node;
import org.amalgam.settings.Source;
import org.amalgam.settings.Spelling;
import org.amalgam.settings.Yaml;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The command without a name: composes what was asked for and runs it. */
@Command(
        name = "amalgam",
        versionProvider = Version.class,
        sortOptions = false,
        synopsisHeading = "",
        customSynopsis = {
            "Merges fine-tuned models that share a pre-trained ancestor.",
            "",
            "@|bold amalgam|@ [OPTIONS] method=NAME [modelpool=NAME] [taskpool=NAME] [KEY=VALUE...]",
            "@|bold amalgam|@ [OPTIONS] COMMAND"
        },
        parameterListHeading = "%nOverrides%n",
        optionListHeading = "%nOptions%n",
        commandListHeading = "%nCommands%n",
        footerHeading = "%nExamples%n",
        footer = {
            "  amalgam demo",
            "  amalgam method=task_arithmetic",
            "  amalgam method=adamerging method.max_steps=200 merged_model_save_path=merged",
            "  amalgam --config-dir conf method=ties_merging modelpool=mine taskpool=mine",
            "  amalgam method=adamerging --cfg job",
            "  amalgam -m method=adamerging method.lr=1e-4,1e-3,1e-2"
        })
final class AmalgamCommand implements Callable<Integer> {

    private final Supplier<Program> program;
    private final Console console;

    @Parameters(
            paramLabel = "KEY=VALUE",
            arity = "0..*",
            description = {
                "method=NAME, modelpool=NAME and taskpool=NAME each choose a file,",
                "method.lr=1e-3 sets a key, +key=value adds one, ++key=value does",
                "either, ~key removes one. +GROUP@KEY=NAME adds a file of a group.",
                "Values: 3, 1e-3, true, null, text, [a,b], {a:1}, 'a, b', $${key}.",
                "With -m also 1,2,3, range(1,5), glob(*): a run for each."
            })
    private List<String> overrides = List.of();

    @Option(
            names = {"-cd", "--config-dir"},
            paramLabel = "DIR",
            description = "A folder with groups of your own: DIR/modelpool/mine.yaml. Repeatable.")
    private List<Path> configDirs = List.of();

    @Option(
            names = {"-cn", "--config-name"},
            paramLabel = "NAME",
            description =
                    "The file to begin with, NAME.yaml in a folder of --config-dir: its defaults list chooses the groups.")
    private String configName;

    @Option(
            names = {"-m", "--multirun"},
            description = "A run for every combination of the values given, one after the other.")
    private boolean multirun;

    @Option(
            names = {"-c", "--cfg"},
            paramLabel = "job|hydra|all",
            description =
                    "Print the composed configuration and run nothing: the run's settings, those of its folders, or both.")
    private String printed;

    @Option(
            names = {"-p", "--package"},
            paramLabel = "KEY",
            description = "With --cfg: what is below this key alone.")
    private String printedKey;

    @Option(names = "--resolve", description = "With --cfg: interpolations replaced.")
    private boolean resolve;

    @Option(
            names = {"-q", "--quiet"},
            scope = ScopeType.INHERIT,
            description = "Print the result alone.")
    private boolean quiet;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print the result as JSON alone.")
    private boolean json;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Print the stack trace of a failure.")
    private boolean debug;

    @SuppressWarnings("unused") // the parser acts on it before a command is called
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Print this help.")
    private boolean help;

    @SuppressWarnings("unused") // the parser acts on it before a command is called
    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version.")
    private boolean version;

    @Spec
    private CommandSpec spec;

    AmalgamCommand(Supplier<Program> program, Console console) {
        this.program = program;
        this.console = console;
    }

    boolean debug() {
        return debug;
    }

    Program program() {
        return program.get();
    }

    /** The console at the volume asked for. */
    Console console() {
        return console.at(json ? Console.Volume.JSON : quiet ? Console.Volume.QUIET : Console.Volume.NORMAL);
    }

    /** For a command whose result is none for programs: an empty output would look like one. */
    void refuseJson(String command, String result) {
        if (json) {
            throw new AmalgamException(
                    "--json: amalgam " + command + " " + result + ", which is no JSON; leave it out");
        }
    }

    @Override
    public Integer call() {
        if (overrides.isEmpty() && configName == null) {
            spec.commandLine()
                    .usage(spec.commandLine().getErr(), spec.commandLine().getColorScheme());
            return Failures.USER;
        }
        List<Argument> arguments = arguments(spec, overrides);
        refuseWords(arguments, spec.subcommands().keySet());
        Program commanded = program();
        Composer composer = new Composer(configDirs, Optional.ofNullable(configName), commanded.builtIn());
        if (printed != null) {
            Node tree = PrintedConfig.of(
                    composer.composition(arguments), printed, Optional.ofNullable(printedKey), resolve);
            console().result(Yaml.write(tree));
            console().jsonOf(tree::plain);
            return 0;
        }
        Preparation.begin(commanded);
        if (multirun) {
            return commanded.multirun(composer.multirun(arguments), console());
        }
        RunConfig config = composer.compose(arguments);
        if (config.settings().printConfig()) {
            console().result(config.yaml());
        }
        return commanded.run(config, console());
    }

    /** The folders given before a command's name, then those behind it. */
    List<Path> configDirs(List<Path> behind) {
        return Stream.concat(configDirs.stream(), behind.stream()).toList();
    }

    /** A word without {@code =} was meant as a command. */
    static void refuseWords(List<Argument> arguments, Set<String> commands) {
        for (Argument argument : arguments) {
            if (argument.text().matches("[\\w-]+")) {
                throw new AmalgamException(argument.text() + " is neither a command nor an override key=value ("
                        + argument.source() + ")."
                        + Spelling.hint(argument.text(), commands, " amalgam --help shows both."));
            }
        }
    }

    /** A command's overrides with their positions among all that was typed. */
    static List<Argument> arguments(CommandSpec command, List<String> overrides) {
        List<String> typed = command.root().commandLine().getParseResult().originalArgs();
        List<Argument> arguments = new ArrayList<>();
        int from = 0;
        for (String override : overrides) {
            int at = from + typed.subList(from, typed.size()).indexOf(override);
            arguments.add(new Argument(override, Source.argument(at + 1)));
            from = at + 1;
        }
        return arguments;
    }
}
