package org.amalgam.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code amalgam explore}. */
@Command(
        name = "explore",
        sortOptions = false,
        optionListHeading = "%nOptions%n",
        description = "Serve a page on which the models of a Pareto set are chosen, measured and exported.")
final class ExploreCommand implements Callable<Integer> {

    private final AmalgamCommand root;

    @Parameters(paramLabel = "RUN", description = "The folder of a PWEMoE run, as printed when it began.")
    private Path folder;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "The port on 127.0.0.1; 0, the default, takes one that is free.")
    private int port;

    ExploreCommand(AmalgamCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        root.refuseJson("explore", "serves a page");
        Interruption.calmly("the page has ended.");
        return root.program().explore(folder, port, root.console());
    }
}
