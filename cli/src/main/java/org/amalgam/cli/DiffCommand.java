package org.amalgam.cli;

import org.amalgam.AmalgamException;
import org.amalgam.settings.Spelling;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code amalgam diff}. */
@Command(
        name = "diff",
        sortOptions = false,
        parameterListHeading = "%n",
        optionListHeading = "%nOptions%n",
        description = {
            "Print how models differ, tensor by tensor: the norm of the difference, the cosine, and the share of equal signs.",
            "With --base, how alike their task vectors are, as a table and on a page with figures."
        },
        footerHeading = "%nExamples%n",
        footer = {
            "  amalgam diff models/clip models/clip_birds",
            "  amalgam diff models/clip models/clip_birds models/clip_cars --sort cosine --limit 0",
            "  amalgam diff --base models/clip models/clip_birds models/clip_cars"
        })
final class DiffCommand implements Callable<Integer> {

    /** What may be sorted by: the most different first, names in the file's order. */
    static final List<String> SORTS = List.of("relative", "difference", "cosine", "signs", "name");

    private static final int LIMIT = 20;

    private final AmalgamCommand root;

    @Parameters(
            paramLabel = "MODEL",
            arity = "1..*",
            description = "Folders, files of weights or names on the hub; the others are compared with the first. PEFT"
                    + " adapters on the first are models too.")
    private List<String> models;

    @Option(
            names = "--base",
            paramLabel = "MODEL",
            description = "The ancestor: compare the models' task vectors with each other.")
    private String ancestor;

    @Option(
            names = "--sort",
            paramLabel = "COLUMN",
            description =
                    "relative, difference, cosine or signs, the most different first, or name; default: relative.")
    private String sort = SORTS.get(0);

    @Option(names = "--limit", paramLabel = "N", description = "Tensors to print; 0 prints all; default: 20.")
    private int limit = LIMIT;

    DiffCommand(AmalgamCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        if (!SORTS.contains(sort)) {
            throw new AmalgamException("--sort: there is no column " + sort + "."
                    + Spelling.hint(sort, SORTS, " Choose one of " + String.join(", ", SORTS) + "."));
        }
        if (limit < 0) {
            throw new AmalgamException("--limit: expected a number of tensors, 0 for all, found " + limit);
        }
        if (ancestor == null && models.size() < 2) {
            throw new AmalgamException("diff compares models: name two or more, or one and the ancestor with --base");
        }
        return root.program().diff(models, Optional.ofNullable(ancestor), sort, limit, root.console());
    }
}
