package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Conversion;
import org.amalgam.cli.Console;
import org.amalgam.pool.FileFormat;
import org.amalgam.tensor.DType;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code amalgam convert}: writes a model as safetensors and says what became of it. */
final class Converted {

    /** More names than these are counted. */
    private static final int NAMED = 4;

    private Converted() {}

    static void execute(Path source, Path target, String maxShardSize, Optional<String> dtype, Console console) {
        Conversion.Options options = new Conversion.Options(
                FileFormat.shardBytes("--max-shard-size", maxShardSize), dtype.map(Converted::type));
        Conversion conversion = Conversion.write(source, target, options);
        console.result("%d %s, %s, in %s%s"
                .formatted(
                        conversion.tensors(),
                        conversion.tensors() == 1 ? "tensor" : "tensors",
                        Plan.size(conversion.bytes()),
                        target,
                        conversion.files().size() == 1
                                ? ""
                                : ", " + conversion.files().size() + " files"));
        if (!conversion.tied().isEmpty()) {
            List<String> pairs = conversion.tied().entrySet().stream()
                    .map(pair -> pair.getKey() + " is " + pair.getValue())
                    .toList();
            console.item("tied", several(pairs) + ": written once");
        }
        if (!conversion.leftOut().isEmpty()) {
            console.item("left out", several(conversion.leftOut()) + ": no tensors of the model");
        }
        if (!conversion.carried().isEmpty()) {
            console.item(
                    "copied",
                    several(conversion.carried().stream().map(Path::toString).toList()));
        }
        console.json(json(conversion).toPrettyString());
    }

    private static DType type(String name) {
        return switch (name) {
            case "float32" -> DType.F32;
            case "float16" -> DType.F16;
            case "bfloat16" -> DType.BF16;
            default -> throw new AmalgamException("--dtype: expected float32, float16 or bfloat16, found " + name);
        };
    }

    private static String several(List<String> names) {
        String first = names.stream().limit(NAMED).collect(Collectors.joining(", "));
        return names.size() > NAMED ? first + " and " + (names.size() - NAMED) + " more" : first;
    }

    private static ObjectNode json(Conversion conversion) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        var files = node.putArray("files");
        conversion.files().forEach(file -> files.add(file.toString()));
        node.put("tensors", conversion.tensors()).put("bytes", conversion.bytes());
        ObjectNode tied = node.putObject("tied");
        conversion.tied().forEach(tied::put);
        var leftOut = node.putArray("left_out");
        conversion.leftOut().forEach(leftOut::add);
        var carried = node.putArray("copied");
        conversion.carried().forEach(file -> carried.add(file.toString()));
        return node;
    }
}
