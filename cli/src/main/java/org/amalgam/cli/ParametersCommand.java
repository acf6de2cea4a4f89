package org.amalgam.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code amalgam parameters}. */
@Command(
        name = "parameters",
        sortOptions = false,
        optionListHeading = "%nOptions%n",
        description = "Print how many parameters merging takes: trained, in all, and saved against separate models.")
final class ParametersCommand implements Callable<Integer> {

    private static final int TASKS = 8;

    private final AmalgamCommand root;

    @Option(
            names = "--model",
            paramLabel = "PATH",
            description = "A model of your own, folder or file; default: CLIP ViT-B/32 and ViT-L/14.")
    private Path model;

    @Option(names = "--tasks", paramLabel = "N", description = "The largest number of tasks, up to 1000; default: 8.")
    private int tasks = TASKS;

    ParametersCommand(AmalgamCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        return root.program().parameters(Optional.ofNullable(model), tasks, root.console());
    }
}
