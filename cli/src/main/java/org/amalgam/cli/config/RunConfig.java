package org.amalgam.cli.config;

import org.amalgam.settings.MapNode;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Everything that a run was asked for.
 *
 * @param settings the settings that belong to no group
 * @param method how to merge
 * @param modelpool what to merge
 * @param taskpool how the result is judged
 * @param yaml the composed configuration, interpolations resolved: a run from it repeats this one
 * @param overrides the overrides as they were given
 * @param configDirs folders with the user's own groups
 * @param configName the file of the root that it began with
 */
public record RunConfig(
        RootSettings settings,
        GroupChoice method,
        GroupChoice modelpool,
        GroupChoice taskpool,
        String yaml,
        List<String> overrides,
        List<Path> configDirs,
        Optional<String> configName) {

    public RunConfig {
        overrides = List.copyOf(overrides);
        configDirs = List.copyOf(configDirs);
    }

    /** The choice made in a group. */
    public GroupChoice choice(Group group) {
        return switch (group) {
            case METHOD -> method;
            case MODELPOOL -> modelpool;
            case TASKPOOL -> taskpool;
        };
    }

    /** The settings given to a group, which {@link org.amalgam.settings.Settings#bind} makes a record of. */
    public MapNode node(Group group) {
        return choice(group).node();
    }
}
