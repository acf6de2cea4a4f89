package org.amalgam.cli.config;

import org.amalgam.settings.MapNode;
import org.amalgam.settings.Source;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Files of groups: those that come with Amalgam, and those in a user's folder. A group is named by its folder: {@code method},
 * {@code dataset/image_classification/test}; the empty name is the root, whose files {@code --config-name} names.
 */
public interface BuiltIn {

    /** No files. */
    BuiltIn NONE = new BuiltIn() {
        @Override
        public List<String> names(String folder) {
            return List.of();
        }

        @Override
        public Optional<ConfigFile> find(String folder, String name) {
            return Optional.empty();
        }
    };

    /** The names in a group, in the order in which a user should read them. */
    List<String> names(String folder);

    /** The file of a name. */
    Optional<ConfigFile> find(String folder, String name);

    /** What every file of a group lies over: the settings that the group declares, with their defaults. */
    default MapNode declared(Group group) {
        return MapNode.empty(Source.DEFAULTS);
    }

    /** The names of one of the groups that are chosen from. */
    default List<String> names(Group group) {
        return names(group.key());
    }

    /** These files and then those: where both have a name, this one's is taken. */
    default BuiltIn and(BuiltIn others) {
        BuiltIn first = this;
        return new BuiltIn() {
            @Override
            public List<String> names(String folder) {
                Set<String> names = new LinkedHashSet<>(first.names(folder));
                names.addAll(others.names(folder));
                return new ArrayList<>(names);
            }

            @Override
            public Optional<ConfigFile> find(String folder, String name) {
                return first.find(folder, name).or(() -> others.find(folder, name));
            }

            @Override
            public MapNode declared(Group group) {
                return others.declared(group).overlaid(first.declared(group));
            }
        };
    }
}
