package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.ListNode;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Node;
import org.amalgam.settings.ScalarNode;
import org.amalgam.settings.Settings;

import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A composed configuration: files and overrides laid over each other, interpolations as they were written.
 *
 * @param tree the whole of it
 * @param choices the file chosen in each group: of method and analysis, in the one that says what the run does
 * @param arguments the overrides as they were given
 * @param configDirs folders with the user's own groups
 * @param configName the file of the root that it began with
 * @param now when it was composed, for {@code ${now:...}}
 */
public record Composition(
        MapNode tree,
        Map<Group, GroupChoice> choices,
        List<Argument> arguments,
        List<Path> configDirs,
        Optional<String> configName,
        ZonedDateTime now) {

    public Composition {
        choices = Map.copyOf(choices);
        arguments = List.copyOf(arguments);
        configDirs = List.copyOf(configDirs);
    }

    /** The tree with its interpolations replaced. */
    public MapNode resolved() {
        return Interpolation.resolve(tree, new Resolvers(System.getenv(), now));
    }

    /**
     * The configuration of a run.
     *
     * @throws AmalgamException if a value is wrong or still {@code ???}: with where it was given
     */
    public RunConfig config() {
        MapNode root = resolved();
        refuseMissing(root, "");
        MapNode ungrouped = root;
        Map<Group, GroupChoice> filled = new EnumMap<>(Group.class);
        for (Group group : choices.keySet()) {
            ungrouped = ungrouped.without(group.key());
            filled.put(group, choices.get(group).with(mapping(root, group)));
        }
        return new RunConfig(
                Settings.bind(RootSettings.class, ungrouped, "", "amalgam"),
                filled.getOrDefault(Group.ANALYSIS, filled.get(Group.METHOD)),
                filled.get(Group.MODELPOOL),
                filled.get(Group.TASKPOOL),
                root,
                arguments.stream().map(Argument::text).toList(),
                configDirs,
                configName,
                now);
    }

    private static MapNode mapping(MapNode root, Group group) {
        return root.get(group.key())
                .filter(MapNode.class::isInstance)
                .map(MapNode.class::cast)
                .orElseGet(() -> MapNode.empty(root.source()));
    }

    private static void refuseMissing(Node node, String path) {
        if (node instanceof ScalarNode scalar && scalar.isMissing()) {
            throw new AmalgamException(
                    path + " must be given: its value is ??? (" + scalar.source() + "). Write " + path + "=VALUE.");
        }
        if (node instanceof MapNode map) {
            map.entries().forEach((key, value) -> refuseMissing(value, path.isEmpty() ? key : path + "." + key));
        }
        if (node instanceof ListNode list) {
            for (int i = 0; i < list.items().size(); i++) {
                refuseMissing(list.items().get(i), path + "[" + i + "]");
            }
        }
    }
}
