package org.amalgam.cli.config;

import org.amalgam.settings.MapNode;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The group files that come with Amalgam: resources of the class path, and the defaults that the methods declare. */
public interface BuiltIn {

    /** Nothing built in. */
    BuiltIn NONE = new BuiltIn() {
        @Override
        public List<String> names(Group group) {
            return List.of();
        }

        @Override
        public Optional<MapNode> find(Group group, String name) {
            return Optional.empty();
        }
    };

    /** The names in a group, in the order in which a user should read them. */
    List<String> names(Group group);

    /** The file of a name, before its defaults list and interpolations are resolved. */
    Optional<MapNode> find(Group group, String name);

    /** These files and then those: where both have a name, this one's is taken. */
    default BuiltIn and(BuiltIn others) {
        BuiltIn first = this;
        return new BuiltIn() {
            @Override
            public List<String> names(Group group) {
                Set<String> names = new LinkedHashSet<>(first.names(group));
                names.addAll(others.names(group));
                return new ArrayList<>(names);
            }

            @Override
            public Optional<MapNode> find(Group group, String name) {
                return first.find(group, name).or(() -> others.find(group, name));
            }
        };
    }
}
