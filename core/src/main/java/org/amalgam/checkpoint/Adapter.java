package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A LoRA (Hu et al., LoRA: Low-Rank Adaptation of Large Language Models, ICLR 2022) as PEFT saves it: factors of updates to an
 * ancestor's matrices, and tensors that take the place of the ancestor's ({@code modules_to_save}).
 *
 * @param updates by the ancestor's tensor names
 * @param whole what takes a tensor's place, or is there besides, by the ancestor's names
 */
record Adapter(Map<String, LowRankUpdate> updates, Map<String, TensorSlot> whole) {

    private static final List<String> WEIGHTS = List.of("adapter_model.safetensors", "adapter_model.bin");
    private static final String PREFIX = "base_model.model.";
    private static final Pattern FACTOR =
            Pattern.compile("(?<module>.+)\\.lora_(?<embedding>embedding_)?(?<which>[AB])(\\.default)?(\\.weight)?");

    /** What PEFT wraps around a module's name. */
    private static final Pattern WRAPPING = Pattern.compile("\\.(modules_to_save(\\.default)?|base_layer)(?=\\.)");

    /** Both factors of a module, as far as they were found. */
    private static final class Factors {
        private TensorSlot down;
        private TensorSlot up;
        private boolean embedding;
    }

    /** Whether a folder holds an adapter and no model. */
    static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(AdapterConfig.FILE_NAME))
                && Stream.of("model.safetensors", ShardIndex.FILE_NAME)
                        .noneMatch(name -> Files.exists(folder.resolve(name)));
    }

    /** The file of its tensors. */
    static Path weights(Path folder) {
        return WEIGHTS.stream()
                .map(folder::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AmalgamException(folder + ": has " + AdapterConfig.FILE_NAME + ", expected "
                        + String.join(" or ", WEIGHTS) + " beside it. Fetch it"));
    }

    /**
     * Reads headers and compares the factors with the ancestor's matrices.
     *
     * @param tensors of the adapter's file
     * @throws AmalgamException if the adapter is not understood or was made for another model
     */
    static Adapter of(Path folder, Map<String, TensorSlot> tensors, Map<String, TensorSlot> ancestor) {
        AdapterConfig config = AdapterConfig.read(folder);
        Map<String, Factors> factors = new TreeMap<>();
        Map<String, TensorSlot> whole = new LinkedHashMap<>();
        tensors.forEach((key, slot) -> {
            String name = key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : key;
            Matcher factor = FACTOR.matcher(name);
            if (factor.matches()) {
                Factors both = factors.computeIfAbsent(factor.group("module"), module -> new Factors());
                both.embedding = factor.group("embedding") != null;
                if (factor.group("which").equals("A")) {
                    both.down = slot;
                } else {
                    both.up = slot;
                }
            } else if (name.contains(".lora_")) {
                throw new AmalgamException(slot.file() + ": " + key + " is no factor of a LoRA that is understood here:"
                        + " expected lora_A and lora_B of each module; merge it into its model with PEFT first");
            } else {
                String plain = WRAPPING.matcher(name).replaceAll("");
                whole.put(found(ancestor, plain, slot).orElse(plain), slot);
            }
        });
        Map<String, LowRankUpdate> updates = new LinkedHashMap<>();
        factors.forEach((module, both) -> {
            TensorSlot any = both.down == null ? both.up : both.down;
            String target = found(ancestor, module + ".weight", any)
                    .orElseThrow(() ->
                            new AmalgamException(any.file() + ": adapts " + module + ", and the ancestor has no tensor "
                                    + module + ".weight; was it made for this ancestor?"));
            TensorSlot matrix = whole.getOrDefault(target, ancestor.get(target));
            updates.put(target, update(config, module, both, matrix, any));
        });
        return new Adapter(updates, whole);
    }

    /** The ancestor's name for a tensor: models of one family are saved with and without the levels around them. */
    private static Optional<String> found(Map<String, TensorSlot> ancestor, String name, TensorSlot slot) {
        if (ancestor.containsKey(name)) {
            return Optional.of(name);
        }
        List<String> all = ancestor.keySet().stream()
                .filter(own -> own.endsWith("." + name) || name.endsWith("." + own))
                .toList();
        if (all.size() > 1) {
            throw new AmalgamException(slot.file() + ": " + slot.name() + " may be meant for " + all.get(0) + " or for "
                    + all.get(1) + " of the ancestor; take the ancestor that the adapter was made for");
        }
        return all.stream().findFirst();
    }

    private static LowRankUpdate update(
            AdapterConfig config, String module, Factors both, TensorSlot matrix, TensorSlot any) {
        if (both.down == null || both.up == null) {
            throw new AmalgamException(any.file() + ": " + module + " has lora_" + (both.down == null ? "B" : "A")
                    + " alone, expected lora_A and lora_B. Fetch it again");
        }
        TensorSlot down = both.down;
        TensorSlot up = both.up;
        requireMatrix(down);
        requireMatrix(up);
        long rank = config.rank(module);
        if (down.shape().get(0) != rank || up.shape().get(1) != rank) {
            throw new AmalgamException(
                    down.file() + ": the factors of " + module + " have shapes " + down.shape() + " and " + up.shape()
                            + ", the rank in " + AdapterConfig.FILE_NAME + " is " + rank + ". Fetch both again");
        }
        List<Long> outIn = List.of(up.shape().get(0), down.shape().get(1));
        List<Long> inOut = List.of(outIn.get(1), outIn.get(0));
        boolean turned = both.embedding || config.fanInFanOut();
        // The setting is one for all modules, and some of them may be stored the other way.
        boolean transposed = outIn.equals(inOut) ? turned : matrix.shape().equals(inOut);
        if (!matrix.shape().equals(transposed ? inOut : outIn)) {
            throw new AmalgamException(
                    down.file() + ": the update of " + module + " has shape " + outIn + ", the ancestor's "
                            + matrix.name() + " has " + matrix.shape() + "; was it made for this ancestor?");
        }
        return new LowRankUpdate(down, up, config.scale(module), transposed);
    }

    private static void requireMatrix(TensorSlot factor) {
        if (factor.shape().size() != 2 || !factor.dtype().isFloating()) {
            throw new AmalgamException(factor.file() + ": " + factor.name() + " is " + factor.dtype() + " "
                    + factor.shape()
                    + ", expected a floating-point matrix: a LoRA of convolutions is not understood; merge it"
                    + " into its model with PEFT first");
        }
    }
}
