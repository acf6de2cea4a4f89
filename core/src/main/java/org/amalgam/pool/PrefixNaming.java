package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.TensorSlot;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A part of a model that is known by how its names begin. Canonical names, which the architecture uses, begin with the stem; a
 * checkpoint may have them below a level, and leave the stem out where it holds nothing else.
 *
 * @param levels in which the names may sit, the likeliest first
 * @param stem what every canonical name begins with; empty for all that a level holds
 * @param probe how one name goes on after the stem, by which the level is found
 * @param passedOver canonical names of what is no parameter of the part: buffers, heads
 * @param expected the models that have such a part, for errors
 */
record PrefixNaming(List<String> levels, String stem, String probe, Pattern passedOver, String expected)
        implements Naming {

    /** The level in which the checkpoint has the part, with the stem in its names. */
    Optional<String> level(Checkpoint checkpoint) {
        return levels.stream()
                .filter(level ->
                        checkpoint.slots().keySet().stream().anyMatch(key -> key.startsWith(level + stem + probe)))
                .findFirst();
    }

    @Override
    public Map<String, TensorSlot> canonical(Checkpoint checkpoint) {
        Map<String, TensorSlot> all = checkpoint.slots();
        Optional<String> level = level(checkpoint);
        if (level.isPresent()) {
            return select(all, level.get() + stem, key -> stem + key);
        }
        if (all.keySet().stream().anyMatch(key -> key.startsWith(probe))) {
            return select(all, "", key -> stem + key);
        }
        throw new AmalgamException(checkpoint.path() + ": no tensor begins with " + stem + probe + "; expected "
                + expected + ", found " + all.keySet().stream().limit(3).collect(Collectors.joining(", ")) + " …");
    }

    private Map<String, TensorSlot> select(Map<String, TensorSlot> all, String prefix, UnaryOperator<String> rename) {
        Map<String, TensorSlot> selected = new LinkedHashMap<>();
        all.forEach((key, slot) -> {
            if (key.startsWith(prefix)) {
                String name = rename.apply(key.substring(prefix.length()));
                if (!passedOver.matcher(name).matches()) {
                    selected.put(name, slot);
                }
            }
        });
        return selected;
    }
}
