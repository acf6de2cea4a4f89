package org.amalgam.cli.config;

import org.amalgam.settings.MapNode;
import org.amalgam.settings.Yaml;

import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;

/**
 * Everything that a run was asked for.
 *
 * @param settings the settings that belong to no group
 * @param work what is done: the method that merges, or the analysis
 * @param modelpool what to merge
 * @param taskpool how the result is judged
 * @param tree the composed configuration, interpolations resolved
 * @param overrides the overrides as they were given
 * @param configDirs folders with the user's own groups
 * @param configName the file of the root that it began with
 * @param now when it was composed, for {@code ${now:...}}
 */
public record RunConfig(
        RootSettings settings,
        GroupChoice work,
        GroupChoice modelpool,
        GroupChoice taskpool,
        MapNode tree,
        List<String> overrides,
        List<Path> configDirs,
        Optional<String> configName,
        ZonedDateTime now) {

    public RunConfig {
        overrides = List.copyOf(overrides);
        configDirs = List.copyOf(configDirs);
    }

    /** The composed configuration as YAML. */
    public String yaml() {
        return Yaml.write(tree);
    }

    /** The command line for a POSIX shell that repeats the run from its beginning, in its working directory. */
    public String command() {
        return new ShellCommand(configDirs, configName, overrides).text();
    }

    /** Whether the models are looked at instead of merged. */
    public boolean isAnalysis() {
        return work.group() == Group.ANALYSIS;
    }

    /** How to merge. */
    public GroupChoice method() {
        return choice(Group.METHOD);
    }

    /**
     * The choice made in a group.
     *
     * @throws IllegalStateException for the method of an analysis, and for the analysis of a merge
     */
    public GroupChoice choice(Group group) {
        return switch (group) {
            case METHOD, ANALYSIS -> {
                if (work.group() != group) {
                    throw new IllegalStateException(
                            "this run has the " + work.group().key() + " " + work.name() + ", and no " + group.key());
                }
                yield work;
            }
            case MODELPOOL -> modelpool;
            case TASKPOOL -> taskpool;
        };
    }

    /** The settings given to a group, which {@link org.amalgam.settings.Settings#bind} makes a record of. */
    public MapNode node(Group group) {
        return choice(group).node();
    }
}
