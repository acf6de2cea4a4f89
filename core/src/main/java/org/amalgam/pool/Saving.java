package org.amalgam.pool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.tensor.DType;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * How a merged model of a family is written.
 *
 * @param type what the tensor that the ancestor has there is written as
 * @param names from canonical names to those in the file
 * @param carried tensors of the ancestor that are not merged and belong to the file
 * @param metadata pairs for the headers of the files of weights
 * @param made configuration files by name
 * @param copied the ancestor's files that go along where they exist
 */
record Saving(
        Function<TensorSlot, DType> type,
        UnaryOperator<String> names,
        List<TensorSlot> carried,
        Map<String, String> metadata,
        Map<String, ObjectNode> made,
        List<Path> copied) {

    /** One type for every tensor of numbers with a point; integers that are carried along stay what they are. */
    static Function<TensorSlot, DType> all(DType type) {
        return slot -> slot.dtype().isFloating() ? type : slot.dtype();
    }

    /**
     * The type that a configuration of transformers names; float32 where it names none.
     *
     * @param wanted the one asked for, which is written into the configuration
     */
    static DType named(ObjectNode config, Optional<String> wanted) {
        wanted.ifPresent(name -> config.put(config.has("torch_dtype") ? "torch_dtype" : "dtype", name));
        return type(config.path("dtype").asText(config.path("torch_dtype").asText("float32")));
    }

    /** The type of that name in transformers' words. */
    static DType type(String name) {
        return switch (name) {
            case "float32" -> DType.F32;
            case "float16" -> DType.F16;
            case "bfloat16" -> DType.BF16;
            default ->
                throw new AmalgamException("models are saved in float32, float16 or bfloat16, not in " + name
                        + "; choose with merged_model_save_kwargs.dtype");
        };
    }
}
