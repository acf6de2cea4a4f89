package org.amalgam.cli;

import org.amalgam.AmalgamException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.List;
import java.util.concurrent.Callable;

/** {@code amalgam complete -- WORDS}: what the last word can become, one a line. Shells call it; people do not. */
@Command(name = "complete", hidden = true, description = "Print what the last word can become.")
final class CompleteCommand implements Callable<Integer> {

    private final AmalgamCommand root;

    @Parameters(
            paramLabel = "WORD",
            arity = "0..*",
            description = "The words typed so far, the last one perhaps in part.")
    private List<String> words = List.of();

    @Spec
    private CommandSpec spec;

    CompleteCommand(AmalgamCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        try {
            new Completion(spec.root(), root.program()).of(words).forEach(root.console()::result);
        } catch (AmalgamException nothing) {
            // What is typed so far cannot be composed: a shell that is asked for completions is no place to say so.
            return 0;
        }
        return 0;
    }
}
