package org.amalgam.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which files of a repository make a model: configuration, image processor, tokenizer, and the weights in one of their forms. */
record ModelFiles(Listing listing) {

    private static final Set<String> BESIDE_THE_WEIGHTS = Set.of(
            "config.json",
            "open_clip_config.json",
            "generation_config.json",
            "preprocessor_config.json",
            "processor_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "tokenizer.model",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "vocab.txt",
            "merges.txt",
            "chat_template.jinja",
            "chat_template.json",
            "adapter_config.json");

    private static final String INDEX = ".index.json";

    /** What is no weights. */
    List<String> besideTheWeights() {
        return listing.files().stream().filter(BESIDE_THE_WEIGHTS::contains).toList();
    }

    /**
     * What to fetch first: everything but the shards.
     *
     * @throws AmalgamException if there are no weights
     */
    List<String> whole() {
        String weights = Checkpoint.WEIGHTS.stream()
                .filter(listing.files()::contains)
                .findFirst()
                .orElseThrow(this::noWeights);
        return Stream.concat(besideTheWeights().stream(), Stream.of(weights)).toList();
    }

    private AmalgamException noWeights() {
        return new AmalgamException(
                listing.cached()
                        ? "the cache holds no weights of the model " + listing.repository() + " at "
                                + listing.revision()
                                + ", and the hub is not asked; fetch it once without HF_HUB_OFFLINE"
                        : "the model " + listing.repository()
                                + " holds no weights that are known here: expected one of "
                                + String.join(", ", Checkpoint.WEIGHTS));
    }

    /**
     * The shards that the index names; none for weights in one file.
     *
     * @param snapshot folder with what was fetched first
     * @throws AmalgamException if a shard is not listed, or has a name that leads out of the folder
     */
    List<String> shards(List<String> whole, Path snapshot) {
        List<String> shards = new ArrayList<>();
        for (String index : whole) {
            if (index.endsWith(INDEX)) {
                for (String shard : named(snapshot.resolve(index))) {
                    require(index, shard);
                    shards.add(shard);
                }
            }
        }
        return shards;
    }

    private void require(String index, String shard) {
        if (!HubCache.isInside(shard) || shard.contains("/")) {
            throw new AmalgamException("the model " + listing.repository() + ": " + index + " names a shard \""
                    + shard.replaceAll("\\p{Cntrl}", "?") + "\", expected the plain name of a file beside it");
        }
        if (!listing.files().contains(shard)) {
            throw new AmalgamException("the model " + listing.repository() + ": " + index + " names the shard " + shard
                    + ", which "
                    + (listing.cached()
                            ? "the cache does not hold; fetch it once without HF_HUB_OFFLINE"
                            : "the repository does not hold; tell its owners"));
        }
    }

    private static Set<String> named(Path index) {
        try {
            Set<String> shards = new TreeSet<>();
            JsonNode weights = new ObjectMapper().readTree(index.toFile()).path("weight_map");
            weights.forEach(shard -> shards.add(shard.asText()));
            return shards;
        } catch (IOException e) {
            throw new AmalgamException(index + " is not JSON (" + e.getMessage() + ")", e);
        }
    }
}
