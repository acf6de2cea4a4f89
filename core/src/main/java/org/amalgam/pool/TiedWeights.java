package org.amalgam.pool;

import com.fasterxml.jackson.databind.JsonNode;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.TensorSlot;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tensors of a model that are one under two names: it has the second name's place, and is merged and written once, under the
 * first. They are known by lying in one place of a PyTorch file, or by {@code tie_word_embeddings} of the configuration, which
 * ties the language model's head to the embeddings of the words.
 *
 * @param aliases from the name that is left out to the one that stays
 */
record TiedWeights(Map<String, String> aliases) {

    private static final String SETTING = "tie_word_embeddings";
    private static final int SLICE_BYTES = 1 << 24;

    private record Place(Object file, long offset, List<Long> shape) {}

    TiedWeights {
        aliases = Map.copyOf(aliases);
    }

    /** Those that any of the names in {@code model} has, where {@code ancestor} says what is tied. */
    static TiedWeights of(Checkpoint ancestor, Checkpoint model) {
        Map<String, String> aliases = new HashMap<>();
        Map<Place, String> first = new HashMap<>();
        model.slots().forEach((name, slot) -> {
            if (slot.bytes() > 0) {
                String before = first.putIfAbsent(new Place(slot.file(), slot.offset(), slot.shape()), name);
                if (before != null) {
                    aliases.put(name, before);
                }
            }
        });
        if (ties(ancestor)) {
            Optional<String> embedding = Vocabulary.named(ancestor, Vocabulary.EMBEDDINGS);
            Optional<String> head = Vocabulary.named(model, Vocabulary.HEADS);
            if (embedding.isPresent() && head.isPresent() && sameShape(ancestor, embedding.get(), model, head.get())) {
                aliases.put(head.get(), embedding.get());
            }
        }
        return new TiedWeights(aliases);
    }

    private static boolean ties(Checkpoint model) {
        JsonNode config = model.json("config.json").orElse(null);
        return config != null
                && (config.path(SETTING).asBoolean(false)
                        || config.path("text_config").path(SETTING).asBoolean(false));
    }

    private static boolean sameShape(Checkpoint one, String name, Checkpoint other, String otherName) {
        return one.slots().get(name).shape().equals(other.slots().get(otherName).shape());
    }

    /** The tensors of a model with each tied one once. */
    Map<String, TensorSlot> once(Map<String, TensorSlot> slots) {
        Map<String, TensorSlot> once = new LinkedHashMap<>();
        slots.forEach((name, slot) -> {
            String kept = aliases.getOrDefault(name, name);
            if (kept.equals(name) || !slots.containsKey(kept)) {
                once.put(kept, slot);
            }
        });
        return once;
    }

    /** The pairs that a model holds under both names with different values. Their numbers are read. */
    List<Conflict> conflicts(String name, Checkpoint model) {
        List<Conflict> conflicts = new ArrayList<>();
        aliases.forEach((alias, kept) -> {
            TensorSlot one = model.slots().get(alias);
            TensorSlot other = model.slots().get(kept);
            if (one != null && other != null && !equal(one, other)) {
                conflicts.add(new Conflict(
                        name,
                        Conflict.Kind.TIED,
                        List.of(alias, kept),
                        one.file() + ": " + alias + " and " + kept + " differ, though the ancestor's "
                                + "config.json says that they are one (" + SETTING + ")",
                        "set it to false there and give every model both, or tie them in this model too"));
            }
        });
        return conflicts;
    }

    /** Whether two tensors are equal to the bit. */
    static boolean equal(TensorSlot one, TensorSlot other) {
        if (one.equals(other)) {
            return true;
        }
        if (one.dtype() != other.dtype() || !one.shape().equals(other.shape())) {
            return false;
        }
        for (long from = 0; from < one.bytes(); from += SLICE_BYTES) {
            int length = (int) Math.min(SLICE_BYTES, one.bytes() - from);
            ByteBuffer a = one.read(from, length);
            if (a.mismatch(other.read(from, length)) >= 0) {
                return false;
            }
        }
        return true;
    }
}
