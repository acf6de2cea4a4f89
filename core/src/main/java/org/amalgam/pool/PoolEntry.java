package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.tensor.DType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A model as a pool names it, known by its header alone; it may be that it does not fit.
 *
 * @param name in the pool: the task's name, or {@code _pretrained_}
 * @param path its folder or file
 * @param checkpoint empty where it cannot be opened
 * @param slots where the merged part lies, by canonical names; empty where there is none
 * @param tied from a tensor's second name to the one under which it is merged and written
 * @param conflicts what keeps it from being merged
 */
public record PoolEntry(
        String name,
        Path path,
        Optional<Checkpoint> checkpoint,
        Map<String, TensorSlot> slots,
        Map<String, String> tied,
        List<Conflict> conflicts) {

    public PoolEntry {
        slots = Map.copyOf(slots);
        tied = Map.copyOf(tied);
        conflicts = List.copyOf(conflicts);
    }

    /** A model that nothing is known of but that it could be opened, or why not. */
    static PoolEntry open(String name, Path path, Function<Path, Checkpoint> opening) {
        try {
            return new PoolEntry(name, path, Optional.of(opening.apply(path)), Map.of(), Map.of(), List.of());
        } catch (AmalgamException e) {
            return new PoolEntry(name, path, Optional.empty(), Map.of(), Map.of(), List.of())
                    .with(Conflict.of(name, Conflict.Kind.FILE, e));
        }
    }

    /** The same with one conflict more. */
    PoolEntry with(Conflict conflict) {
        List<Conflict> all = new ArrayList<>(conflicts);
        all.add(conflict);
        return new PoolEntry(name, path, checkpoint, slots, tied, all);
    }

    /** Scalars of the merged part. */
    public long elements() {
        return slots.values().stream().mapToLong(TensorSlot::elements).sum();
    }

    /** Scalars of the merged part by type, in the types' order. */
    public Map<DType, Long> types() {
        Map<DType, Long> types = new TreeMap<>();
        slots.values().forEach(slot -> types.merge(slot.dtype(), slot.elements(), Long::sum));
        return types;
    }

    /** Tokens of its vocabulary, where a tensor or the configuration tells. */
    public OptionalLong vocabulary() {
        return checkpoint
                .flatMap(model -> Vocabulary.size(model).or(() -> Vocabulary.configured(model)))
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }
}
