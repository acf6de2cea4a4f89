package org.amalgam.settings;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A mapping from keys to values, in the order in which the keys were given.
 *
 * @param entries the values by key
 * @param source where the mapping was given
 */
public record MapNode(Map<String, Node> entries, Source source) implements Node {

    public MapNode {
        entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /** The mapping without entries. */
    public static MapNode empty(Source source) {
        return new MapNode(Map.of(), source);
    }

    /** The value of a key, if there is one. */
    public Optional<Node> get(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    /** The value at a path of keys through nested mappings, if there is one. */
    public Optional<Node> find(List<String> path) {
        Optional<Node> found = Optional.of(this);
        for (String key : path) {
            found = found.flatMap(node -> node instanceof MapNode map ? map.get(key) : Optional.empty());
        }
        return found;
    }

    /** The text of a key, if the key is there and is neither null nor a collection. */
    public Optional<String> text(String key) {
        return get(key).flatMap(node ->
                node instanceof ScalarNode scalar && !scalar.isNull() ? Optional.of(scalar.text()) : Optional.empty());
    }

    /** This mapping with a value set: in its place where the key was there, at the end otherwise. */
    public MapNode with(String key, Node value) {
        Map<String, Node> changed = new LinkedHashMap<>(entries);
        changed.put(key, value);
        return new MapNode(changed, source);
    }

    /** This mapping without a key. */
    public MapNode without(String key) {
        Map<String, Node> changed = new LinkedHashMap<>(entries);
        changed.remove(key);
        return new MapNode(changed, source);
    }

    /** This mapping overlaid by another: mappings are merged key by key, every other value is replaced. */
    public MapNode overlaid(MapNode over) {
        Map<String, Node> merged = new LinkedHashMap<>(entries);
        over.entries.forEach((key, value) -> merged.merge(
                key,
                value,
                (below, above) -> below instanceof MapNode lower && above instanceof MapNode upper
                        ? lower.overlaid(upper)
                        : above));
        return new MapNode(merged, source);
    }

    @Override
    public Map<String, Object> plain() {
        Map<String, Object> plain = new LinkedHashMap<>();
        entries.forEach((key, value) -> plain.put(key, value.plain()));
        return plain;
    }

    @Override
    public long size() {
        return 1 + entries.values().stream().mapToLong(Node::size).sum();
    }

    @Override
    public String described() {
        return "a mapping";
    }
}
