package org.amalgam.cli;

import org.amalgam.AmalgamException;
import org.amalgam.cli.config.Composition;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Node;
import org.amalgam.settings.Spelling;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code --cfg} prints. */
final class PrintedConfig {

    private static final String FOLDERS = "hydra";
    private static final List<String> PARTS = List.of("job", FOLDERS, "all");

    private PrintedConfig() {}

    /**
     * The configuration, or a part of it.
     *
     * @param part {@code job}, {@code hydra} or {@code all}
     * @param key a dotted key below which alone is printed
     * @param resolve whether interpolations are replaced; otherwise they stand as they were written
     */
    static Node of(Composition composition, String part, Optional<String> key, boolean resolve) {
        if (!PARTS.contains(part)) {
            throw new AmalgamException(
                    "--cfg " + part + ": expected " + String.join(", ", PARTS) + "." + Spelling.hint(part, PARTS, ""));
        }
        MapNode tree = resolve ? composition.resolved() : composition.tree();
        Optional<Node> below = key.map(path -> tree.find(List.of(path.split("\\.", -1)))
                .orElseThrow(() -> new AmalgamException("--package " + path + ": there is no such key."
                        + Spelling.hint(
                                path,
                                keys(tree),
                                " Keys: " + String.join(", ", tree.entries().keySet()) + "."))));
        return below.orElseGet(() -> part(tree, part));
    }

    private static Node part(MapNode tree, String part) {
        return switch (part) {
            case "job" -> tree.without(FOLDERS);
            case FOLDERS ->
                MapNode.empty(tree.source()).with(FOLDERS, tree.get(FOLDERS).orElseThrow());
            default -> tree;
        };
    }

    /** Every dotted key. */
    static List<String> keys(MapNode tree) {
        List<String> keys = new ArrayList<>();
        tree.entries().forEach((key, node) -> {
            keys.add(key);
            if (node instanceof MapNode inner) {
                keys(inner).forEach(below -> keys.add(key + "." + below));
            }
        });
        return keys;
    }
}
