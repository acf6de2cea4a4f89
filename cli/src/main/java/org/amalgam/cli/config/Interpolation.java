package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.ListNode;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Node;
import org.amalgam.settings.ScalarNode;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${a.b}} by the value of the key {@code a.b}: a whole value by the value of its kind, a part of a text by its
 * text. The key counts from the root, or from beside the value when it begins with a dot ({@code ${.name}}). A backslash
 * keeps the text: {@code \${a}}. A name with a colon asks one of the {@link Resolvers}.
 */
final class Interpolation {

    private static final int MAX_CHAIN = 50;
    private static final long MAX_SIZE = 1_000_000;

    private static final Pattern KEY = Pattern.compile("\\.*[\\w-]+([.\\[][\\w-]+]?)*");
    private static final Pattern QUESTION = Pattern.compile("([a-z]\\w*(?:\\.\\w+)*):(.*)", Pattern.DOTALL);

    private final MapNode root;
    private final Resolvers resolvers;
    private final Deque<String> active = new ArrayDeque<>();
    private long size;

    private Interpolation(MapNode root, Resolvers resolvers) {
        this.root = root;
        this.resolvers = resolvers;
    }

    /**
     * The tree with every interpolation replaced.
     *
     * @throws AmalgamException if a key is not there, or interpolations go in a circle
     */
    static MapNode resolve(MapNode root, Resolvers resolvers) {
        return (MapNode) new Interpolation(root, resolvers).resolved(root, List.of());
    }

    private Node resolved(Node node, List<String> path) {
        if (node instanceof MapNode map) {
            Map<String, Node> entries = new LinkedHashMap<>();
            map.entries().forEach((key, value) -> entries.put(key, resolved(value, child(path, key))));
            return new MapNode(entries, map.source());
        }
        if (node instanceof ListNode list) {
            List<Node> items = new ArrayList<>();
            for (int i = 0; i < list.items().size(); i++) {
                items.add(resolved(list.items().get(i), child(path, Integer.toString(i))));
            }
            return new ListNode(items, list.source());
        }
        ScalarNode scalar = (ScalarNode) node;
        count(scalar);
        return scalar.value() instanceof String text && text.contains("${") ? replaced(scalar, text, path) : scalar;
    }

    private Node replaced(ScalarNode scalar, String text, List<String> path) {
        String name = String.join(".", path);
        if (active.contains(name)) {
            throw new AmalgamException(
                    name + ": the interpolation goes in a circle, " + chain(name) + " (" + scalar.source() + ").");
        }
        if (active.size() >= MAX_CHAIN) {
            throw new AmalgamException(
                    name + ": a chain of more than " + MAX_CHAIN + " interpolations (" + scalar.source() + ").");
        }
        active.addLast(name);
        try {
            boolean whole = text.startsWith("${") && close(text, 0) == text.length() - 1;
            return whole ? value(text.substring(2, text.length() - 1), scalar, path) : spliced(text, scalar, path);
        } finally {
            active.removeLast();
        }
    }

    private Node spliced(String text, ScalarNode scalar, List<String> path) {
        StringBuilder result = new StringBuilder();
        int at = 0;
        for (int open = text.indexOf("${"); open >= 0; open = text.indexOf("${", at)) {
            if (open > 0 && text.charAt(open - 1) == '\\') {
                result.append(text, at, open - 1).append("${");
                at = open + 2;
                continue;
            }
            int close = close(text, open);
            if (close < 0) {
                throw new AmalgamException(String.join(".", path) + ": the closing } of " + text.substring(open)
                        + " is lacking (" + scalar.source() + ").");
            }
            Node value = value(text.substring(open + 2, close), scalar, path);
            if (!(value instanceof ScalarNode part)) {
                throw new AmalgamException(String.join(".", path) + ": " + text.substring(open, close + 1) + " is "
                        + value.described() + " and cannot stand in a text (" + scalar.source() + ").");
            }
            result.append(text, at, open).append(part.text());
            count(part);
            at = close + 1;
        }
        return ScalarNode.of(result.append(text.substring(at)).toString(), scalar.source());
    }

    /** The brace that closes the interpolation which begins there, over those within it; -1 if there is none. */
    static int close(String text, int open) {
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            if (text.startsWith("${", i)) {
                depth++;
            } else if (text.charAt(i) == '}') {
                depth--;
                if (depth == 0) {
                    return i;
                }
            }
        }
        return -1;
    }

    /** The value of a key; a name within the reference is replaced first: {@code ${a.${b}}}. */
    private Node value(String written, ScalarNode scalar, List<String> path) {
        String reference = written.contains("${") ? ((ScalarNode) spliced(written, scalar, path)).text() : written;
        String key = reference.strip();
        Matcher question = QUESTION.matcher(key);
        if (question.matches()) {
            return answer(question.group(1), question.group(2), scalar, path);
        }
        if (!KEY.matcher(key).matches()) {
            throw new AmalgamException(String.join(".", path) + ": ${" + reference + "} is not the name of a key ("
                    + scalar.source() + "). Write ${seed} or ${fabric.loggers.name}.");
        }
        int dots = key.length() - key.replaceFirst("^\\.+", "").length();
        List<String> target = new ArrayList<>(dots == 0 ? List.of() : path.subList(0, Math.max(0, path.size() - dots)));
        target.addAll(
                List.of(key.substring(dots).replace("[", ".").replace("]", "").split("\\.")));
        return resolved(at(target, reference, scalar, path), target);
    }

    private Node answer(String resolver, String argument, ScalarNode scalar, List<String> path) {
        try {
            return ScalarNode.of(resolvers.resolve(resolver, argument).orElse(null), scalar.source());
        } catch (IllegalArgumentException e) {
            throw new AmalgamException(
                    String.join(".", path) + ": ${" + resolver + ":" + argument + "}: " + e.getMessage() + " ("
                            + scalar.source() + ").",
                    e);
        }
    }

    /** Walks to a key; a value on the way may itself be an interpolation. */
    private Node at(List<String> target, String reference, ScalarNode scalar, List<String> path) {
        Node node = root;
        for (int i = 0; i < target.size(); i++) {
            Node holder = node instanceof ScalarNode ? resolved(node, target.subList(0, i)) : node;
            node = step(holder, target.get(i));
            if (node == null) {
                throw new AmalgamException(String.join(".", path) + ": ${" + reference + "} names no key, there is no "
                        + String.join(".", target.subList(0, i + 1)) + " (" + scalar.source() + ").");
            }
        }
        return node;
    }

    private static Node step(Node holder, String key) {
        if (holder instanceof MapNode map) {
            return map.entries().get(key);
        }
        boolean index = holder instanceof ListNode && key.matches("\\d{1,6}");
        if (!index) {
            return null;
        }
        List<Node> items = ((ListNode) holder).items();
        int position = Integer.parseInt(key);
        return position < items.size() ? items.get(position) : null;
    }

    /** What a few lines can be made to stand for is bounded before it fills the memory. */
    private void count(ScalarNode scalar) {
        size += 1 + scalar.text().length();
        if (size > MAX_SIZE) {
            throw new AmalgamException("The configuration with its interpolations written out is larger than "
                    + MAX_SIZE + " characters (" + scalar.source() + ").");
        }
    }

    private String chain(String end) {
        List<String> names = new ArrayList<>(active);
        names.add(end);
        return String.join(" -> ", names.subList(names.indexOf(end), names.size()));
    }

    private static List<String> child(List<String> path, String key) {
        List<String> child = new ArrayList<>(path);
        child.add(key);
        return child;
    }
}
