package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.ListNode;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Node;
import org.amalgam.settings.ScalarNode;
import org.amalgam.settings.Source;
import org.amalgam.settings.Spelling;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds a group's file by name and lays it over the files that its {@code defaults} list names. */
final class GroupFiles {

    /** Segments that cannot climb out of the group's folder. */
    private static final Pattern NAME = Pattern.compile("(?!\\.)[\\w.+-]+(/(?!\\.)[\\w.+-]+)*");

    private static final String DEFAULTS = "defaults";
    private static final String SELF = "_self_";

    private final BuiltIn files;

    GroupFiles(BuiltIn files) {
        this.files = files;
    }

    /**
     * The file of a name and all it builds on.
     *
     * @param source where the name was given
     * @throws AmalgamException if there is no such file, with the nearest name there is
     */
    GroupChoice load(Group group, String name, Source source) {
        return load(group, name, source, List.of());
    }

    private GroupChoice load(Group group, String asked, Source source, List<String> above) {
        String name = resolve(group, asked, source);
        if (above.contains(name)) {
            throw new AmalgamException(source + ": the defaults lists of the group " + group.key() + " go in a circle, "
                    + String.join(" -> ", above) + " -> " + name + ".");
        }
        List<String> path = new ArrayList<>(above);
        path.add(name);
        MapNode file = files.find(group, name).orElseThrow();
        return file.get(DEFAULTS)
                .map(defaults -> inherited(group, name, file.without(DEFAULTS), entries(defaults), path))
                .orElseGet(() -> new GroupChoice(group, List.of(name), file));
    }

    /** Later entries lie over earlier ones; the file itself lies on top unless {@code _self_} says otherwise. */
    private GroupChoice inherited(
            Group group, String name, MapNode self, List<ScalarNode> defaults, List<String> path) {
        List<String> lineage = new ArrayList<>(List.of(name));
        MapNode merged = MapNode.empty(self.source());
        boolean selfPlaced = false;
        for (ScalarNode entry : defaults) {
            if (entry.text().equals(SELF)) {
                merged = merged.overlaid(self);
                selfPlaced = true;
                continue;
            }
            if (lineage.size() > 1) {
                throw new AmalgamException(entry.source() + ": a second base, " + entry.text() + ", beside "
                        + lineage.get(1) + "; a group's file builds on one.");
            }
            GroupChoice base = load(group, entry.text(), entry.source(), path);
            merged = merged.overlaid(base.node());
            lineage.addAll(base.lineage());
        }
        return new GroupChoice(group, lineage, selfPlaced ? merged : merged.overlaid(self));
    }

    private static List<ScalarNode> entries(Node defaults) {
        if (!(defaults instanceof ListNode list)) {
            throw new AmalgamException(defaults.source() + ": defaults: expected a list such as [base, _self_], found "
                    + defaults.described() + ".");
        }
        return list.items().stream()
                .map(item -> {
                    if (item instanceof ScalarNode scalar && scalar.value() instanceof String) {
                        return scalar;
                    }
                    throw new AmalgamException(
                            item.source() + ": defaults: expected the name of a file of the same group or " + SELF
                                    + ", found " + item.described() + ".");
                })
                .toList();
    }

    /**
     * The name as it is, else without its folder, else with the only folder that has it: the reference's names come with and
     * without folders.
     */
    private String resolve(Group group, String asked, Source source) {
        if (!NAME.matcher(asked).matches()) {
            throw new AmalgamException(
                    group.key() + "=" + asked + ": expected the name of a " + group.singular() + " (" + source + ").");
        }
        if (files.find(group, asked).isPresent()) {
            return asked;
        }
        String last = asked.substring(asked.lastIndexOf('/') + 1);
        if (files.find(group, last).isPresent()) {
            return last;
        }
        List<String> names = files.names(group);
        List<String> inFolders =
                names.stream().filter(name -> name.endsWith("/" + asked)).toList();
        if (inFolders.size() > 1) {
            throw new AmalgamException(group.key() + "=" + asked + ": which one, " + String.join(" or ", inFolders)
                    + "? (" + source + ")");
        }
        return Optional.of(inFolders)
                .filter(found -> !found.isEmpty())
                .map(found -> found.get(0))
                .orElseThrow(() -> {
                    String hint = Spelling.hint(asked, names, "");
                    return new AmalgamException(group.key() + "=" + asked + ": no such " + group.singular() + " ("
                            + source + ")." + hint + " " + listed(group));
                });
    }

    /** {@code Methods: adamerging, task_arithmetic.} */
    String listed(Group group) {
        List<String> names = files.names(group);
        return group.title() + ": " + (names.isEmpty() ? "none" : String.join(", ", names)) + ".";
    }
}
