package org.amalgam.pool;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.data.text.Tokenizer;
import org.amalgam.model.Architecture;
import org.amalgam.model.gpt2.Gpt2Config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * GPT-2 of transformers: {@code GPT2Model} folders, and {@code GPT2ForSequenceClassification} folders, whose backbone is merged
 * and whose {@code score} stays the task's.
 */
final class Gpt2Family implements Family {

    /** Heads, and the masks that older versions of transformers save. */
    private static final PrefixNaming NAMING = new PrefixNaming(
            List.of("", "transformer."),
            "",
            "wte.weight",
            Pattern.compile("score\\.weight|lm_head\\.weight|h\\.\\d+\\.attn\\.(masked_)?bias"),
            "a GPT2Model or a GPT2ForSequenceClassification of transformers, as the ancestor is one");

    @Override
    public String marks() {
        return "gpt2 (GPT-2 of transformers)";
    }

    @Override
    public boolean has(Checkpoint model) {
        return model.json("config.json")
                .map(config -> config.path("model_type").asText().equals("gpt2"))
                .orElse(false);
    }

    @Override
    public Gpt2Config architecture(Checkpoint model) {
        return Gpt2Config.of(
                model.config(), model.folder().resolve("config.json").toString());
    }

    @Override
    public Naming naming(Checkpoint ancestor, Architecture architecture) {
        return NAMING;
    }

    @Override
    public OptionalInt longestText(Checkpoint model) {
        return OptionalInt.of(architecture(model).positions());
    }

    /** A {@code GPT2Model} with its tokenizer, in the type that the ancestor's configuration names. */
    @Override
    public Saving saving(Checkpoint ancestor, Architecture architecture, Optional<String> dtype) {
        ObjectNode config = architecture.config(ancestor.config());
        return new Saving(
                Saving.all(Saving.named(config, dtype)),
                UnaryOperator.identity(),
                List.of(),
                Map.of(),
                Map.of("config.json", config),
                Tokenizer.FILES.stream().<Path>map(ancestor.folder()::resolve).toList());
    }

    @Override
    public Loading loading(Checkpoint ancestor) {
        return new Loading(
                "transformers",
                List.of(
                        "from transformers import GPT2Model",
                        "",
                        "model = GPT2Model.from_pretrained(\"path/to/this/folder\")"));
    }
}
