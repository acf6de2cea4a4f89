package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.ListNode;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Node;
import org.amalgam.settings.ScalarNode;
import org.amalgam.settings.Settings;
import org.amalgam.settings.SettingsSchema;
import org.amalgam.settings.Source;
import org.amalgam.settings.Yaml;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Composes a run's configuration. In this order, each over what came before: the declared defaults, the chosen file of each
 * group, the overrides from left to right, the interpolations.
 */
public final class Composer {

    private final GroupFiles files;
    private final List<Path> configDirs;

    /**
     * @param configDirs the user's folders; an earlier one hides a later one's file of the same name, and all hide what is built in
     * @throws AmalgamException if a folder is not there
     */
    public Composer(List<Path> configDirs, BuiltIn builtIn) {
        BuiltIn all = BuiltIn.NONE;
        for (Path folder : configDirs) {
            all = all.and(YamlFolder.existing(folder));
        }
        this.files = new GroupFiles(all.and(builtIn));
        this.configDirs = List.copyOf(configDirs);
    }

    /** As {@link #compose(List)}, for overrides that are the whole command line. */
    public RunConfig compose(String... overrides) {
        List<Argument> arguments = new ArrayList<>();
        for (String override : overrides) {
            arguments.add(new Argument(override, Source.argument(arguments.size() + 1)));
        }
        return compose(arguments);
    }

    /**
     * The configuration that overrides ask for.
     *
     * @throws AmalgamException if an override, a group's file or a value is wrong: with where it was given and what is near
     */
    public RunConfig compose(List<Argument> arguments) {
        List<ConfigOverride> overrides = arguments.stream()
                .map(argument -> ConfigOverride.parse(argument.text(), argument.source()))
                .toList();
        Map<Group, GroupChoice> choices = choices(overrides);
        MapNode root = edited(composed(choices), choices, overrides);
        root = Interpolation.resolve(root);
        refuseMissing(root, "");
        MapNode ungrouped = root;
        for (Group group : List.copyOf(choices.keySet())) {
            ungrouped = ungrouped.without(group.key());
            choices.put(group, choices.get(group).with(mapping(root, group)));
        }
        return new RunConfig(
                Settings.bind(RootSettings.class, ungrouped, "", "amalgam"),
                choices.get(work(overrides)),
                choices.get(Group.MODELPOOL),
                choices.get(Group.TASKPOOL),
                Yaml.write(root),
                arguments.stream().map(Argument::text).toList(),
                configDirs);
    }

    private Map<Group, GroupChoice> choices(List<ConfigOverride> overrides) {
        Map<Group, GroupChoice> choices = new EnumMap<>(Group.class);
        for (Group group : List.of(work(overrides), Group.MODELPOOL, Group.TASKPOOL)) {
            ScalarNode name = overrides.stream()
                    .filter(override -> selects(override, group))
                    .reduce((earlier, later) -> later)
                    .map(override -> nameOf(override, group))
                    .or(() -> group.usual().map(usual -> ScalarNode.of(usual, Source.DEFAULTS)))
                    .orElseThrow(
                            () -> new AmalgamException("Which method? Give method=NAME. " + files.listed(Group.METHOD)
                                    + " To look at the models instead, give analysis=NAME. "
                                    + files.listed(Group.ANALYSIS)));
            choices.put(group, files.load(group, name.text(), name.source()));
        }
        return choices;
    }

    /** The group that says what the run does. */
    private static Group work(List<ConfigOverride> overrides) {
        boolean merges = overrides.stream().anyMatch(override -> selects(override, Group.METHOD));
        Optional<ConfigOverride> analyses = overrides.stream()
                .filter(override -> selects(override, Group.ANALYSIS))
                .reduce((earlier, later) -> later);
        if (merges && analyses.isPresent()) {
            throw new AmalgamException(
                    "method= and analysis= are both given, and a run merges or analyses; leave one of" + " them out ("
                            + analyses.get().source() + ").");
        }
        return analyses.isPresent() ? Group.ANALYSIS : Group.METHOD;
    }

    private static boolean selects(ConfigOverride override, Group group) {
        return override.path().equals(List.of(group.key()));
    }

    private static ScalarNode nameOf(ConfigOverride override, Group group) {
        if (override.kind() == ConfigOverride.Kind.DELETE) {
            throw new AmalgamException("~" + group.key() + ": a run needs its " + group.singular() + " ("
                    + override.source() + ")." + (group == Group.TASKPOOL ? " taskpool=dummy evaluates nothing." : ""));
        }
        if (override.value() instanceof ScalarNode name && !name.isNull()) {
            return name;
        }
        throw new AmalgamException(group.key() + ": expected the name of a " + group.singular() + ", found "
                + override.value().described() + " (" + override.source() + ").");
    }

    private static MapNode composed(Map<Group, GroupChoice> choices) {
        MapNode root = MapNode.empty(Source.DEFAULTS);
        for (GroupChoice choice : choices.values()) {
            root = root.with(choice.group().key(), choice.node());
        }
        return root.overlaid(SettingsSchema.of(RootSettings.class).defaults(Source.DEFAULTS));
    }

    private static MapNode edited(MapNode root, Map<Group, GroupChoice> choices, List<ConfigOverride> overrides) {
        Map<String, String> owners = new HashMap<>();
        choices.forEach((group, choice) -> owners.put(group.key(), choice.base()));
        Edits edits = new Edits(owners);
        MapNode edited = root;
        for (ConfigOverride override : overrides) {
            if (Group.of(override.key()).isEmpty()) {
                edited = edits.apply(edited, override);
            }
        }
        return edited;
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
