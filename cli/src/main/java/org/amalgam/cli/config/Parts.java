package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.ScalarNode;
import org.amalgam.settings.Source;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Walks defaults lists and lays out, in their order, the files that make up a configuration. */
final class Parts {

    /** A few short files that name each other twice would otherwise stand for more than any memory holds. */
    private static final int MOST = 2000;

    private static final String DEFAULTS = "defaults";

    private final GroupFiles files;
    private final Map<Group, ScalarNode> named = new EnumMap<>(Group.class);
    private final Map<Group, ScalarNode> overridden = new EnumMap<>(Group.class);
    private int count;

    Parts(GroupFiles files) {
        this.files = files;
    }

    /** A step of the composition, each over what came before. */
    sealed interface Step {}

    /**
     * A file's own content is laid at its place.
     *
     * @param depth how many files' lists led to it
     * @param source where it was named
     */
    record Part(String folder, String name, List<String> place, MapNode content, int depth, Source source)
            implements Step {}

    /** The file chosen in a group is laid there; which one it is, is known when all lists are walked. */
    record Choice(Group group) implements Step {}

    /** The choice that the lists walked so far make in a group. */
    Optional<ScalarNode> choice(Group group) {
        return Optional.ofNullable(overridden.getOrDefault(group, named.get(group)));
    }

    /** Where the lists walked so far choose in which groups: in the order in which they count, overrides before others. */
    Stream<Map<Group, Source>> chosen() {
        return Stream.of(overridden, named).map(choices -> {
            Map<Group, Source> sources = new EnumMap<>(Group.class);
            choices.forEach((group, name) -> sources.put(group, name.source()));
            return sources;
        });
    }

    /** The steps of an entry that stands in no file: of the root, or of the command line. */
    List<Step> of(DefaultsEntry entry) {
        return of(entry, List.of(), List.of());
    }

    /** The parts of the file that is chosen in a group. */
    List<Part> of(Group group, ScalarNode name) {
        DefaultsEntry entry = new DefaultsEntry(
                group.key(), List.of(name), Place.unsaid(group.key()), DefaultsEntry.Kind.FILES, name.source());
        return files(entry, List.of(), List.of()).stream().map(Part.class::cast).toList();
    }

    private List<Step> of(DefaultsEntry entry, List<String> here, List<String> above) {
        Optional<Group> group = Group.of(entry.folder());
        boolean isOutside = here.isEmpty() || Group.of(here.get(0)).isEmpty();
        boolean isOne = entry.names().size() == 1;
        if (entry.kind() == DefaultsEntry.Kind.OVERRIDE) {
            if (group.isEmpty() || !isOutside || !isOne) {
                throw new AmalgamException(entry.source()
                        + ": defaults: override changes the choice in one of the groups "
                        + Stream.of(Group.values()).map(Group::key).collect(Collectors.joining(", "))
                        + ", as in - override /method: NAME, in a file that belongs to none of them.");
            }
            overridden.put(group.get(), entry.names().get(0));
            return List.of();
        }
        if (group.isPresent() && entry.place().from(here).equals(List.of(entry.folder())) && isOutside && isOne) {
            named.put(group.get(), entry.names().get(0));
            return List.of(new Choice(group.get()));
        }
        return files(entry, here, above);
    }

    private List<Step> files(DefaultsEntry entry, List<String> here, List<String> above) {
        List<Step> steps = new ArrayList<>();
        for (ScalarNode name : entry.names()) {
            Optional<GroupFiles.Found> found = entry.kind() == DefaultsEntry.Kind.OPTIONAL
                    ? files.search(entry.folder(), name.text(), name.source())
                    : Optional.of(files.find(entry.folder(), name.text(), name.source()));
            found.ifPresent(file -> steps.addAll(file(file, entry, here, name.source(), above)));
        }
        return steps;
    }

    /** A file after the files that its list names; before them or among them where the list says {@code _self_}. */
    private List<Step> file(
            GroupFiles.Found found, DefaultsEntry entry, List<String> here, Source source, List<String> above) {
        String folder = entry.folder();
        List<String> path = new ArrayList<>(above);
        path.add(folder.isEmpty() ? found.name() : folder + "/" + found.name());
        if (above.contains(path.get(above.size()))) {
            throw new AmalgamException(
                    source + ": the defaults lists go in a circle, " + String.join(" -> ", path) + ".");
        }
        count++;
        if (count > MOST) {
            throw new AmalgamException(source + ": more than " + MOST + " files with the defaults lists written out.");
        }
        MapNode file = found.file().content();
        List<String> place = entry.place().or(found.file().place()).from(here);
        Part self = new Part(folder, found.name(), place, file.without(DEFAULTS), above.size(), source);
        List<Step> steps = new ArrayList<>();
        boolean isPlaced = false;
        for (DefaultsEntry each :
                file.get(DEFAULTS).map(list -> DefaultsEntry.list(list, folder)).orElse(List.of())) {
            boolean isSelf = each.kind() == DefaultsEntry.Kind.SELF;
            isPlaced |= isSelf;
            steps.addAll(isSelf ? List.of(self) : of(each, place, path));
        }
        if (!isPlaced) {
            steps.add(self);
        }
        return steps;
    }
}
