package org.amalgam.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;

/** {@code amalgam convert}. */
@Command(
        name = "convert",
        sortOptions = false,
        parameterListHeading = "%n",
        optionListHeading = "%nOptions%n",
        description = {
            "Write a model as safetensors.",
            "Pickles (.bin, .pt, .pth, .ckpt) are read without running anything in them; configuration and tokenizer go along,"
                    + " an optimiser's state is left out."
        },
        footerHeading = "%nExamples%n",
        footer = {
            "  amalgam convert models/old models/new",
            "  amalgam convert last.ckpt models/new --dtype bfloat16",
            "  amalgam convert models/large models/sharded --max-shard-size 2GB"
        })
final class ConvertCommand implements Callable<Integer> {

    private final AmalgamCommand root;

    @Parameters(index = "0", paramLabel = "IN", description = "A model's folder, or a file of weights.")
    private Path source;

    @Parameters(
            index = "1",
            paramLabel = "OUT",
            description = "A folder that does not exist yet, or a file FILE.safetensors.")
    private Path target;

    @Option(
            names = "--max-shard-size",
            paramLabel = "SIZE",
            description = "What one file may hold, 500MB or 2GB (2GiB is 2 x 2^30); default: 5GB.")
    private String maxShardSize = "5GB";

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description = "Round floating-point tensors to float32, float16 or bfloat16; default: as they are.")
    private String dtype;

    ConvertCommand(AmalgamCommand root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        return root.program().convert(source, target, maxShardSize, Optional.ofNullable(dtype), root.console());
    }
}
