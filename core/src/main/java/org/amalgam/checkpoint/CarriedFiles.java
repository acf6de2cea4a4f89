package org.amalgam.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.tensor.DType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The files beside a model's weights that belong to it: configuration, tokenizer, words about it. */
final class CarriedFiles {

    /** What is known to belong to a model, wherever it lies. */
    private static final Set<String> KNOWN = Set.of(
            "config.json",
            "generation_config.json",
            "preprocessor_config.json",
            "processor_config.json",
            "open_clip_config.json",
            "adapter_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "vocab.txt",
            "merges.txt",
            "tokenizer.model",
            "spiece.model",
            "sentencepiece.bpe.model",
            "chat_template.jinja");

    /** In a folder that is a model's, whatever has such a name. */
    private static final String OF_A_FOLDER = "(?i).*\\.(json|txt|model|jinja|tiktoken|md)|licen[sc]e.*|notice.*";

    /** Indices of other files of weights, and what a trainer writes for itself. */
    private static final String NEVER = ".*\\.index\\.json|trainer_state\\.json|\\..*";

    private CarriedFiles() {}

    /**
     * Copies them.
     *
     * @param dtype the weights' new type, which the configuration is to name
     * @return the files' names
     */
    static List<Path> copy(WeightFiles weights, Path target, Optional<DType> dtype) throws IOException {
        List<Path> carried = new ArrayList<>();
        try (Stream<Path> all = Files.list(weights.folder())) {
            for (Path file : all.sorted().toList()) {
                String name = file.getFileName().toString();
                boolean belongs = KNOWN.contains(name) || (weights.whole() && name.matches(OF_A_FOLDER));
                if (!belongs || name.matches(NEVER) || !Files.isRegularFile(file)) {
                    continue;
                }
                if (name.equals("config.json") && dtype.isPresent()) {
                    AtomicFile.write(target.resolve(name), retyped(file, dtype.get()));
                } else {
                    Files.copy(file, target.resolve(name));
                }
                carried.add(file.getFileName());
            }
        }
        return carried;
    }

    private static String retyped(Path config, DType dtype) {
        ObjectNode object = JsonFiles.object(config).deepCopy();
        String name =
                switch (dtype) {
                    case F32 -> "float32";
                    case F16 -> "float16";
                    case BF16 -> "bfloat16";
                    default -> dtype.name().toLowerCase(Locale.ROOT);
                };
        object.put(object.has("torch_dtype") ? "torch_dtype" : "dtype", name);
        return object.toPrettyString() + "\n";
    }
}
