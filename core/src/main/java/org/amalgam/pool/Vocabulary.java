package org.amalgam.pool;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.checkpoint.Checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The tables of a language model that have a row a token, known by their names. */
final class Vocabulary {

    static final List<String> HEADS = List.of("lm_head.weight", "embed_out.weight");
    static final List<String> EMBEDDINGS = List.of(
            "embed_tokens.weight",
            "wte.weight",
            "word_embeddings.weight",
            "token_embedding.weight",
            "shared.weight",
            "embed_in.weight",
            "tok_embeddings.weight");

    static final String REMEDY =
            "merged models share one vocabulary: give this model the ancestor's tokens, or leave it out";

    private Vocabulary() {}

    /** The first tensor of a model that is of those names, whatever is before it. */
    static Optional<String> named(Checkpoint model, List<String> endings) {
        return endings.stream()
                .flatMap(ending -> model.slots().keySet().stream().filter(name -> ends(name, ending)))
                .findFirst();
    }

    private static boolean ends(String name, String ending) {
        return name.equals(ending) || name.endsWith("." + ending);
    }

    /** Whether it has a row a token. */
    static boolean isTable(String name) {
        return Stream.concat(HEADS.stream(), EMBEDDINGS.stream()).anyMatch(ending -> ends(name, ending));
    }

    /** {@code vocab_size} of its configuration. */
    static Optional<Long> configured(Checkpoint model) {
        return model.json("config.json")
                .map(config -> config.path("vocab_size"))
                .filter(JsonNode::isIntegralNumber)
                .map(JsonNode::asLong);
    }

    /** Tokens that a model knows: the rows of its embedding. */
    static Optional<Long> size(Checkpoint model) {
        return named(model, EMBEDDINGS)
                .map(name -> model.slots().get(name).shape())
                .filter(shape -> shape.size() == 2)
                .map(shape -> shape.get(0));
    }
}
