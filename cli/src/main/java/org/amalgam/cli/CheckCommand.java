package org.amalgam.cli;

import org.amalgam.cli.config.Argument;
import org.amalgam.cli.config.Composer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code amalgam check}: composed as a run is. */
@Command(
        name = CheckCommand.NAME,
        sortOptions = false,
        parameterListHeading = "%n",
        optionListHeading = "%nOptions%n",
        description = {
            "Say whether the models can be merged by the method, and what the run would read, take and write.",
            "Headers are read and no model is loaded. Exit code 2: the run would be refused."
        },
        footerHeading = "%nExamples%n",
        footer = {
            "  amalgam check method=task_arithmetic",
            "  amalgam check --config-dir conf method=ties_merging modelpool=mine merged_model_save_path=merged"
        })
final class CheckCommand implements Callable<Integer> {

    static final String NAME = "check";

    private final AmalgamCommand root;

    @Parameters(paramLabel = "KEY=VALUE", arity = "0..*", description = "The overrides of the run.")
    private List<String> overrides = List.of();

    @Option(
            names = {"-cd", "--config-dir"},
            paramLabel = "DIR",
            description = "A folder with groups of your own. Repeatable.")
    private List<Path> configDirs = List.of();

    @Option(
            names = {"-cn", "--config-name"},
            paramLabel = "NAME",
            description = "The file to begin with, NAME.yaml in a folder of --config-dir.")
    private String configName;

    @Spec
    private CommandSpec spec;

    CheckCommand(AmalgamCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        List<Argument> arguments = AmalgamCommand.arguments(spec, overrides);
        AmalgamCommand.refuseWords(arguments, Set.of());
        Program program = root.program();
        return program.check(
                new Composer(root.configDirs(configDirs), Optional.ofNullable(configName), program.builtIn())
                        .compose(arguments),
                root.console());
    }
}
