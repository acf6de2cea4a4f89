package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.cli.config.RootSettings;
import org.amalgam.pool.FileFormat;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Source;

import java.util.List;

/** What {@code merged_model_save_kwargs} asks for, the type under either of transformers' names. */
final class SavedFormat {

    private SavedFormat() {}

    static FileFormat of(RootSettings settings) {
        MapNode arguments = settings.mergedModelSaveKwargs().orElse(MapNode.empty(Source.DEFAULTS));
        arguments.entries().keySet().stream()
                .filter(key -> !List.of("dtype", "torch_dtype", "max_shard_size", "sync")
                        .contains(key))
                .findFirst()
                .ifPresent(key -> {
                    throw new AmalgamException(
                            "merged_model_save_kwargs." + key + " is not offered; dtype, max_shard_size and sync are");
                });
        return new FileFormat(
                arguments.text("dtype").or(() -> arguments.text("torch_dtype")),
                arguments
                        .text("max_shard_size")
                        .map(size -> FileFormat.shardBytes("merged_model_save_kwargs.max_shard_size", size))
                        .orElse(FileFormat.OF_THE_FAMILY.shardBytes()),
                arguments.text("sync").map(SavedFormat::yes).orElse(FileFormat.OF_THE_FAMILY.forced()));
    }

    private static boolean yes(String sync) {
        return switch (sync) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new AmalgamException(
                        "merged_model_save_kwargs.sync: expected true or false, found \"" + sync + "\"");
        };
    }
}
