package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.MapNode;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The file chosen in a group and what it says after its defaults list, the overrides and the interpolations.
 *
 * @param group the group
 * @param lineage the chosen file's name, then the files that it builds on, down to the one that builds on none
 * @param node the settings, with where each was given
 */
public record GroupChoice(Group group, List<String> lineage, MapNode node) {

    public GroupChoice {
        lineage = List.copyOf(lineage);
    }

    /**
     * A choice whose file is made up of those parts.
     *
     * @throws AmalgamException if a method or an analysis builds on two
     */
    static GroupChoice of(Group group, List<Parts.Part> parts) {
        List<Parts.Part> own = parts.stream()
                .filter(part -> part.folder().equals(group.key()))
                .filter(part -> part.depth() == 0 || part.place().equals(List.of(group.key())))
                .sorted(Comparator.comparingInt(Parts.Part::depth))
                .toList();
        for (int i = 1; i < own.size() && group.isWork(); i++) {
            if (own.get(i).depth() == own.get(i - 1).depth()) {
                throw new AmalgamException(own.get(i).source() + ": a second base, "
                        + own.get(i).name() + ", beside " + own.get(i - 1).name()
                        + (group == Group.METHOD ? "; a method" : "; an analysis") + "'s file builds on one.");
            }
        }
        return new GroupChoice(
                group,
                own.stream().map(Parts.Part::name).toList(),
                MapNode.empty(own.get(0).source()));
    }

    /** The chosen file's name. */
    public String name() {
        return lineage.get(0);
    }

    /** The name that the chosen file goes back to: for a preset of a method, the method's. */
    public String base() {
        return lineage.get(lineage.size() - 1);
    }

    /** The last segment of {@code _target_}, by which the reference's files name a class: {@code CLIPVisionModelPool}. */
    public Optional<String> target() {
        return node.text("_target_").map(target -> target.substring(target.lastIndexOf('.') + 1));
    }

    GroupChoice with(MapNode changed) {
        return new GroupChoice(group, lineage, changed);
    }
}
