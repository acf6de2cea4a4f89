package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Node;
import org.amalgam.settings.ScalarNode;
import org.amalgam.settings.Spelling;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Applies overrides to the composed tree, which says itself what can be set. */
final class Edits {

    private final Map<String, String> owners;

    /** @param owners whose settings a group's keys are, by the group's key: {@code method} to {@code adamerging} */
    Edits(Map<String, String> owners) {
        this.owners = owners;
    }

    MapNode apply(MapNode root, ConfigOverride override) {
        Optional<Node> present = root.find(override.path());
        return switch (override.kind()) {
            case SET -> {
                if (present.isEmpty()) {
                    throw unknown(root, override);
                }
                refuseUnknownBelow(root, override, present.get(), override.value(), override.path());
                yield changed(root, override, override.path());
            }
            case ADD -> {
                if (present.isPresent() && !takesMore(present.get(), override.value())) {
                    throw new AmalgamException(override.key() + " is there already (" + override.source()
                            + "). To set it, leave out the +.");
                }
                yield changed(root, override, override.path());
            }
            case FORCE -> changed(root, override, override.path());
            case DELETE, DELETE_VALUE -> {
                if (present.isEmpty()) {
                    throw unknown(root, override);
                }
                requireValue(override, present.get());
                yield changed(root, override, override.path());
            }
        };
    }

    /** What is null can be given, and a mapping can be laid over another. */
    private static boolean takesMore(Node present, Node added) {
        return present instanceof MapNode
                ? added instanceof MapNode
                : present instanceof ScalarNode scalar && scalar.isNull();
    }

    private static void requireValue(ConfigOverride override, Node present) {
        boolean named = override.kind() == ConfigOverride.Kind.DELETE_VALUE;
        if (named && !Objects.equals(present.plain(), override.value().plain())) {
            throw new AmalgamException("~" + override.key() + ": the value is " + present.described() + " and not "
                    + override.value().described() + " (" + override.source()
                    + "). To remove the key whatever its value, write ~" + override.key() + ".");
        }
    }

    private static MapNode changed(MapNode map, ConfigOverride override, List<String> path) {
        String key = path.get(0);
        if (path.size() > 1) {
            Node below = map.get(key).orElseGet(() -> MapNode.empty(override.source()));
            if (below instanceof ScalarNode scalar && scalar.isNull()) {
                below = MapNode.empty(override.source());
            }
            if (!(below instanceof MapNode inner)) {
                throw new AmalgamException(override.key() + ": " + key + " is " + below.described()
                        + " and has no keys below it (" + override.source() + ").");
            }
            return map.with(key, changed(inner, override, path.subList(1, path.size())));
        }
        if (override.kind().removes()) {
            return map.without(key);
        }
        boolean merges = override.value() instanceof MapNode
                && map.get(key).filter(MapNode.class::isInstance).isPresent();
        return map.with(
                key,
                merges
                        ? ((MapNode) map.get(key).orElseThrow()).overlaid((MapNode) override.value())
                        : override.value());
    }

    /** {@code fabric.loggers={nam:x}} is as wrong as {@code fabric.loggers.nam=x}; an empty mapping takes any keys. */
    private void refuseUnknownBelow(
            MapNode root, ConfigOverride override, Node present, Node given, List<String> path) {
        if (!(present instanceof MapNode lower) || lower.entries().isEmpty() || !(given instanceof MapNode upper)) {
            return;
        }
        upper.entries().forEach((key, value) -> {
            List<String> child = new ArrayList<>(path);
            child.add(key);
            if (lower.get(key).isEmpty()) {
                throw unknown(root, new ConfigOverride(override.kind(), child, value, override.source()));
            }
            refuseUnknownBelow(root, override, lower.get(key).get(), value, child);
        });
    }

    private AmalgamException unknown(MapNode root, ConfigOverride override) {
        String group = override.path().get(0);
        boolean inGroup = override.path().size() > 1 && owners.containsKey(group);
        String owner = inGroup ? " of " + owners.get(group) : "";
        Set<String> keys = new TreeSet<>();
        collect(root, "", keys);
        return new AmalgamException(override.key() + " is not a setting" + owner + " (" + override.source() + ")."
                + hint(override, keys, root));
    }

    /** The nearest full key, else a key of the same last name elsewhere, else the keys that could have been meant. */
    private static String hint(ConfigOverride override, Set<String> keys, MapNode root) {
        String last = override.path().get(override.path().size() - 1);
        Optional<String> near = Spelling.nearest(override.key(), keys)
                .or(() -> keys.stream().filter(key -> key.endsWith("." + last)).findFirst());
        if (near.isPresent()) {
            return " Did you mean " + near.get() + "?";
        }
        MapNode holder = override.path().size() == 1
                ? root
                : (MapNode) root.find(override.path().subList(0, override.path().size() - 1))
                        .filter(MapNode.class::isInstance)
                        .orElse(root);
        return " Settings: " + String.join(", ", holder.entries().keySet()) + ". To add a new one, write +"
                + override.key() + "=.";
    }

    private static void collect(MapNode map, String prefix, Set<String> keys) {
        map.entries().forEach((key, node) -> {
            keys.add(prefix + key);
            if (node instanceof MapNode inner) {
                collect(inner, prefix + key + ".", keys);
            }
        });
    }
}
