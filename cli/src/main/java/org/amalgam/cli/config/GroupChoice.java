package org.amalgam.cli.config;

import org.amalgam.settings.MapNode;

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
