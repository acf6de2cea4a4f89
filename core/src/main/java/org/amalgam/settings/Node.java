package org.amalgam.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A tree of plain values in which each value knows where it was given. Immutable. */
public sealed interface Node permits MapNode, ListNode, ScalarNode {

    /** Where the value was given. */
    Source source();

    /** The same value without sources: an ordered {@code Map<String, Object>}, a {@code List<Object>}, or a scalar's value. */
    Object plain();

    /** The number of nodes in this tree, itself included. */
    long size();

    /** What an error calls the value: a scalar as it was written, {@code a list} or {@code a mapping} otherwise. */
    String described();

    /**
     * The tree of a plain value: maps with text keys, lists, texts, numbers, booleans and null; a node is taken as it is.
     *
     * @throws IllegalArgumentException if the value is of another type
     */
    static Node of(Object plain, Source source) {
        if (plain instanceof Node node) {
            return node;
        }
        if (plain instanceof Map<?, ?> map) {
            Map<String, Node> entries = new LinkedHashMap<>();
            map.forEach((key, value) -> entries.put(String.valueOf(key), of(value, source)));
            return new MapNode(entries, source);
        }
        if (plain instanceof Iterable<?> items) {
            List<Node> nodes = new ArrayList<>();
            items.forEach(item -> nodes.add(of(item, source)));
            return new ListNode(nodes, source);
        }
        return ScalarNode.of(plain, source);
    }
}
