package org.amalgam.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code amalgam resume}. */
@Command(
        name = "resume",
        sortOptions = false,
        optionListHeading = "%nOptions%n",
        description = "Carry an interrupted run on where it was, to the same bits.")
final class ResumeCommand implements Callable<Integer> {

    private final AmalgamCommand root;

    @Parameters(paramLabel = "FOLDER", description = "The run's folder, as printed when it began.")
    private Path folder;

    ResumeCommand(AmalgamCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        return root.program().resume(folder, root.console());
    }
}
