package org.amalgam.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.List;
import java.util.concurrent.Callable;

/** {@code amalgam compare}. */
@Command(
        name = "compare",
        sortOptions = false,
        optionListHeading = "%nOptions%n",
        description = "Run what the reference implementation was run with and print both results side by side.")
final class CompareCommand implements Callable<Integer> {

    private final AmalgamCommand root;

    @Option(names = "--quick", description = "Leave out the long adaptations.")
    private boolean quick;

    @Parameters(paramLabel = "NAME", description = "Only the runs whose names contain one of these: wemoe, smile.")
    private List<String> names = List.of();

    CompareCommand(AmalgamCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        root.refuseJson("compare", "prints tables");
        return root.program().compare(quick, names, root.console());
    }
}
