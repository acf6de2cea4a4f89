package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.ScalarNode;
import org.amalgam.settings.SettingsSchema;
import org.amalgam.settings.Source;

import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Composes a run's configuration. In this order, each over what came before: the declared defaults, the files of the chosen
 * groups and of the root in the order of their defaults lists, the groups that the command line adds, the overrides from left to
 * right, the interpolations.
 */
public final class Composer {

    private final GroupFiles files;
    private final List<Path> configDirs;
    private final Optional<String> configName;

    private final ZonedDateTime now;

    /** As the other constructor, without a file of the root. */
    public Composer(List<Path> configDirs, BuiltIn builtIn) {
        this(configDirs, Optional.empty(), builtIn);
    }

    /**
     * @param configDirs the user's folders; an earlier one hides a later one's file of the same name, and all hide what is built in
     * @param configName the file of the root that a configuration begins with
     * @throws AmalgamException if a folder is not there
     */
    public Composer(List<Path> configDirs, Optional<String> configName, BuiltIn builtIn) {
        this(configDirs, configName, ZonedDateTime.now(ZoneId.systemDefault()), builtIn);
    }

    /**
     * As the other constructor, for a configuration that was composed before.
     *
     * @param now the moment for {@code ${now:...}}, which all jobs of a multirun have in common
     * @throws AmalgamException if a folder is not there
     */
    public Composer(List<Path> configDirs, Optional<String> configName, ZonedDateTime now, BuiltIn builtIn) {
        this.files = new GroupFiles(files(configDirs, builtIn));
        this.configDirs = List.copyOf(configDirs);
        this.configName = configName;
        this.now = now;
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
        return composition(arguments).config();
    }

    /**
     * What overrides ask for, before interpolations are replaced.
     *
     * @throws AmalgamException if an override or a group's file is wrong
     */
    public Composition composition(List<Argument> arguments) {
        List<ConfigOverride> overrides = arguments.stream()
                .map(argument -> ConfigOverride.parse(argument.text(), argument.source()))
                .toList();
        Parts parts = new Parts(files);
        List<Parts.Step> steps = new ArrayList<>();
        configName.ifPresent(name -> steps.addAll(parts.of(root(name))));
        overrides.stream()
                .filter(this::addsFiles)
                .forEach(override -> steps.addAll(parts.of(DefaultsEntry.added(override))));
        Map<Group, List<Parts.Part>> chosen = new EnumMap<>(Group.class);
        Map<Group, GroupChoice> choices = new EnumMap<>(Group.class);
        for (Group group : List.of(work(overrides, parts), Group.MODELPOOL, Group.TASKPOOL)) {
            chosen.put(group, parts.of(group, choice(group, overrides, parts)));
            choices.put(group, GroupChoice.of(group, chosen.get(group)));
        }
        MapNode tree = edited(composed(steps, chosen), choices, overrides);
        return new Composition(tree, choices, arguments, configDirs, configName, now);
    }

    /**
     * The jobs that a command line with several values asks for, each composed.
     *
     * @throws AmalgamException if a value is wrong, in whichever job
     */
    public Multirun multirun(List<Argument> arguments) {
        List<Job> jobs = Sweep.of(arguments, files).stream()
                .map(line -> new Job(line.number(), line.values(), compose(line.arguments())))
                .toList();
        return new Multirun(jobs, arguments.stream().map(Argument::text).toList());
    }

    /**
     * The files of the user's folders and those that are built in.
     *
     * @throws AmalgamException if a folder is not there
     */
    public static BuiltIn files(List<Path> configDirs, BuiltIn builtIn) {
        BuiltIn all = BuiltIn.NONE;
        for (Path folder : configDirs) {
            all = all.and(YamlFolder.existing(folder));
        }
        return all.and(builtIn);
    }

    private static DefaultsEntry root(String name) {
        Source source = new Source("--config-name " + name);
        return new DefaultsEntry(
                "", List.of(ScalarNode.of(name, source)), Place.HERE, DefaultsEntry.Kind.FILES, source);
    }

    /** {@code +experiment=mine} adds a file where {@code experiment} is a group, {@code +experiment.x=1} a key. */
    private boolean addsFiles(ConfigOverride override) {
        if (Group.of(override.key()).isPresent()) {
            return false;
        }
        boolean marked = override.key().contains("/") || override.key().contains("@");
        boolean adds = override.kind() == ConfigOverride.Kind.ADD
                && (marked || override.path().size() == 1);
        if (adds && files.isGroup(override.folder())) {
            return true;
        }
        if (marked) {
            throw new AmalgamException(override.key() + " names files of the group " + override.folder() + ", "
                    + (files.isGroup(override.folder()) ? "which are added with a +" : "which does not exist") + " ("
                    + override.source() + ").");
        }
        return false;
    }

    /** The group that says what the run does: the command line counts before overrides in lists, and these before other entries. */
    private static Group work(List<ConfigOverride> overrides, Parts parts) {
        Map<Group, Source> given = new EnumMap<>(Group.class);
        overrides.forEach(override -> Group.of(override.key()).ifPresent(group -> given.put(group, override.source())));
        return Stream.concat(Stream.of(given), parts.chosen())
                .flatMap(choices -> work(choices).stream())
                .findFirst()
                .orElse(Group.METHOD);
    }

    private static Optional<Group> work(Map<Group, Source> choices) {
        List<Group> works = choices.keySet().stream().filter(Group::isWork).toList();
        if (works.size() > 1) {
            throw new AmalgamException(
                    "method= and analysis= are both given, and a run merges or analyses; leave one of them out ("
                            + choices.get(Group.ANALYSIS) + ").");
        }
        return works.stream().findFirst();
    }

    private ScalarNode choice(Group group, List<ConfigOverride> overrides, Parts parts) {
        return overrides.stream()
                .filter(override -> override.key().equals(group.key()))
                .reduce((earlier, later) -> later)
                .map(override -> nameOf(override, group))
                .or(() -> parts.choice(group))
                .or(() -> group.usual().map(usual -> ScalarNode.of(usual, Source.DEFAULTS)))
                .orElseThrow(
                        () -> new AmalgamException("Which " + group.singular() + "? Give " + group.key() + "=NAME. "
                                + files.listed(group.key()) + " To look at the models instead, give analysis=NAME. "
                                + files.listed(Group.ANALYSIS.key())));
    }

    private static ScalarNode nameOf(ConfigOverride override, Group group) {
        if (override.kind().removes()) {
            throw new AmalgamException("~" + group.key() + ": a run needs its " + group.singular() + " ("
                    + override.source() + ")." + (group == Group.TASKPOOL ? " taskpool=dummy evaluates nothing." : ""));
        }
        if (override.value() instanceof ScalarNode name && !name.isNull()) {
            return name;
        }
        throw new AmalgamException(group.key() + ": expected the name of a " + group.singular() + ", found "
                + override.value().described() + " (" + override.source() + ").");
    }

    /**
     * The groups' keys come first; a group that no list places lies below whatever the root says. What a list or a file says of a
     * method is left out of an analysis, and the other way round.
     */
    private MapNode composed(List<Parts.Step> steps, Map<Group, List<Parts.Part>> chosen) {
        MapNode tree = MapNode.empty(Source.DEFAULTS);
        for (Group group : chosen.keySet()) {
            tree = tree.with(group.key(), files.declared(group));
        }
        tree = tree.overlaid(SettingsSchema.of(RootSettings.class).defaults(Source.DEFAULTS));
        List<Parts.Step> all = new ArrayList<>();
        for (Group group : chosen.keySet()) {
            if (!steps.contains(new Parts.Choice(group))) {
                all.add(new Parts.Choice(group));
            }
        }
        all.addAll(steps);
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i) instanceof Parts.Part part) {
                tree = laid(tree, part);
            } else if (all.get(i) instanceof Parts.Choice choice && all.lastIndexOf(choice) == i) {
                for (Parts.Part part : chosen.getOrDefault(choice.group(), List.of())) {
                    tree = laid(tree, part);
                }
            }
        }
        for (Group group : Group.values()) {
            tree = chosen.containsKey(group) ? tree : tree.without(group.key());
        }
        return tree;
    }

    private static MapNode laid(MapNode tree, Parts.Part part) {
        return tree.overlaid(Place.wrapped(part.content(), part.place()));
    }

    private MapNode edited(MapNode root, Map<Group, GroupChoice> choices, List<ConfigOverride> overrides) {
        Map<String, String> owners = new HashMap<>();
        choices.forEach((group, choice) -> owners.put(group.key(), choice.base()));
        Edits edits = new Edits(owners);
        MapNode edited = root;
        for (ConfigOverride override : overrides) {
            if (Group.of(override.key()).isEmpty() && !addsFiles(override)) {
                edited = edits.apply(edited, override);
            }
        }
        return edited;
    }
}
