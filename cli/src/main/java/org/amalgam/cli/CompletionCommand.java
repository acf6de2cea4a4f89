package org.amalgam.cli;

import org.amalgam.AmalgamException;
import org.amalgam.settings.Spelling;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code amalgam completion bash}: the script that makes a shell complete groups, keys and values. */
@Command(
        name = "completion",
        sortOptions = false,
        parameterListHeading = "%n",
        optionListHeading = "%nOptions%n",
        description = "Print what makes bash, zsh or fish complete groups, keys and values.",
        footerHeading = "%nExamples%n",
        footer = {
            "  source <(amalgam completion bash)",
            "  source <(amalgam completion zsh)",
            "  amalgam completion fish | source"
        })
final class CompletionCommand implements Callable<Integer> {

    static final List<String> SHELLS = List.of("bash", "zsh", "fish");

    private final AmalgamCommand root;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    private String shell;

    CompletionCommand(AmalgamCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        root.refuseJson("completion", "prints a script");
        if (!SHELLS.contains(shell)) {
            throw new AmalgamException(shell + ": no such shell." + Spelling.hint(shell, SHELLS, "") + " Shells: "
                    + String.join(", ", SHELLS) + ".");
        }
        root.console().result(script(shell));
        return 0;
    }

    static String script(String shell) {
        try (InputStream in = CompletionCommand.class.getResourceAsStream("/completion/amalgam." + shell)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
