package org.amalgam.settings;

import java.util.ArrayList;
import java.util.List;

/**
 * A list of values.
 *
 * @param items the values in order
 * @param source where the list was given
 */
public record ListNode(List<Node> items, Source source) implements Node {

    public ListNode {
        items = List.copyOf(items);
    }

    @Override
    public List<Object> plain() {
        List<Object> plain = new ArrayList<>(items.size());
        items.forEach(item -> plain.add(item.plain()));
        return plain;
    }

    @Override
    public long size() {
        return 1 + items.stream().mapToLong(Node::size).sum();
    }

    @Override
    public String described() {
        return "a list";
    }
}
