package org.amalgam.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.AmalgamException;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What PEFT's {@code adapter_config.json} says of a LoRA: ranks, scales, and that it is no variant that computes otherwise. */
record AdapterConfig(Path file, JsonNode config) {

    static final String FILE_NAME = "adapter_config.json";

    /** Keys that change no weight once training is over, or that are read here. */
    private static final Set<String> UNDERSTOOD = Set.of(
            "alpha_pattern",
            "auto_mapping",
            "base_model_name_or_path",
            "bias",
            "eva_config",
            "exclude_modules",
            "fan_in_fan_out",
            "inference_mode",
            "init_lora_weights",
            "layers_pattern",
            "layers_to_transform",
            "lora_alpha",
            "lora_dropout",
            "loftq_config",
            "megatron_core",
            "modules_to_save",
            "peft_type",
            "peft_version",
            "qalora_group_size",
            "r",
            "rank_pattern",
            "revision",
            "runtime_config",
            "target_modules",
            "task_type",
            "use_rslora");

    /** How the two factors may have begun: with others, the ancestor's weights were changed too. */
    private static final Set<String> BEGINNINGS = Set.of("true", "false", "null", "gaussian", "eva", "orthogonal");

    /**
     * Reads and checks a configuration.
     *
     * @throws AmalgamException if it is no LoRA's, or of a variant that is not understood
     */
    static AdapterConfig read(Path folder) {
        AdapterConfig read = new AdapterConfig(folder.resolve(FILE_NAME), JsonFiles.object(folder.resolve(FILE_NAME)));
        String type = read.config.path("peft_type").asText();
        if (!type.equals("LORA")) {
            throw read.refused("peft_type is " + (type.isEmpty() ? "not given" : type));
        }
        String bias = read.config.path("bias").asText("none");
        if (!bias.equals("none")) {
            throw read.refused("bias is " + bias);
        }
        String beginning = read.config.path("init_lora_weights").asText("true");
        if (!BEGINNINGS.contains(beginning)) {
            throw read.refused(
                    "init_lora_weights is " + beginning
                            + ", which splits the ancestor's weights (PEFT converts it with path_initial_model_for_weight_conversion)");
        }
        for (Map.Entry<String, JsonNode> entry : read.config.properties()) {
            String key = entry.getKey();
            if (!UNDERSTOOD.contains(key) && says(entry.getValue())) {
                throw read.refused(key + " is set" + (key.equals("use_dora") ? ", which makes it a DoRA" : ""));
            }
        }
        return read;
    }

    /** Whether a value asks for anything. */
    private static boolean says(JsonNode value) {
        return !(value.isNull()
                || (value.isBoolean() && !value.asBoolean())
                || (value.isContainerNode() && value.isEmpty()));
    }

    private AmalgamException refused(String what) {
        return new AmalgamException(file + ": " + what
                + "; LoRA is understood, with ranks, scales, rsLoRA and modules_to_save: merge this adapter into its model"
                + " with PEFT first (merge_and_unload), and name that model");
    }

    /** The rank that a module's factors are to have. */
    long rank(String module) {
        return number("rank_pattern", "r", module).asLong();
    }

    /** What the product of a module's factors is multiplied with: alpha / r, with rsLoRA alpha / sqrt(r). */
    double scale(String module) {
        double rank = rank(module);
        double alpha = number("alpha_pattern", "lora_alpha", module).asDouble();
        return alpha / (config.path("use_rslora").asBoolean() ? Math.sqrt(rank) : rank);
    }

    /** Whether weights are stored [in, out]. */
    boolean fanInFanOut() {
        return config.path("fan_in_fan_out").asBoolean();
    }

    /** The value of the first pattern that a module's name ends in, or the one for all. */
    private JsonNode number(String patterns, String otherwise, String module) {
        JsonNode found = config.path(otherwise);
        for (Map.Entry<String, JsonNode> entry : config.path(patterns).properties()) {
            if (matches(patterns, entry.getKey(), module)) {
                found = entry.getValue();
                break;
            }
        }
        if (!found.isNumber() || !(found.asDouble() > 0)) {
            throw new AmalgamException(file + ": " + otherwise + " of " + module + " is "
                    + (found.isMissingNode() ? "not given" : found) + ", expected a number above 0");
        }
        return found;
    }

    private boolean matches(String key, String pattern, String module) {
        try {
            return Pattern.matches("(.*\\.)?(" + pattern + ")", module);
        } catch (PatternSyntaxException e) {
            throw new AmalgamException(
                    file + ": " + key + ": " + pattern + " is no regular expression: " + e.getDescription(), e);
        }
    }
}
