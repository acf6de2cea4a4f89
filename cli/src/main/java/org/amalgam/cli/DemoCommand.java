package org.amalgam.cli;

import picocli.CommandLine.Command;

import java.util.concurrent.Callable;

/** {@code amalgam demo}. */
@Command(
        name = "demo",
        sortOptions = false,
        optionListHeading = "%nOptions%n",
        description = "Merge the embedded model family with every method and compare.")
final class DemoCommand implements Callable<Integer> {

    private final AmalgamCommand root;

    DemoCommand(AmalgamCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        return root.program().demo(root.console());
    }
}
