package org.amalgam.cli.config;

import org.amalgam.settings.MapNode;
import org.amalgam.settings.Source;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a file's content goes in the composed configuration (Hydra's package): {@code test_datasets}, {@code _global_},
 * {@code _here_}, {@code _group_}.
 *
 * @param path the keys down to it
 * @param isGlobal whether they count from the root and not from where the naming file goes
 * @param isSaid whether an entry said so; otherwise the head of the file itself may say another
 */
record Place(List<String> path, boolean isGlobal, boolean isSaid) {

    /** Where the naming file itself goes. */
    static final Place HERE = new Place(List.of(), false, true);

    private static final String GLOBAL = "_global_";

    Place {
        path = List.copyOf(path);
    }

    /** @param group the path that {@code _group_} stands for, as an entry wrote it */
    static Place of(String text, String group) {
        List<String> path = new ArrayList<>();
        for (String key : text.split("\\.", -1)) {
            if (key.equals("_group_")) {
                path.addAll(keys(group, "/"));
            } else if (!key.isEmpty() && !key.equals("_here_") && !key.equals(GLOBAL)) {
                path.add(key);
            }
        }
        return new Place(path, text.equals(GLOBAL) || text.startsWith(GLOBAL + "."), true);
    }

    /** The group's own path, as long as nothing says another. */
    static Place unsaid(String group) {
        return new Place(keys(group, "/"), false, false);
    }

    /** This place, or the one that the file's head names. */
    Place or(Optional<String> head) {
        return isSaid || head.isEmpty() ? this : of(head.get(), String.join("/", path));
    }

    /** The keys from the root, for a naming file that goes there. */
    List<String> from(List<String> namingFile) {
        List<String> keys = new ArrayList<>(isGlobal ? List.of() : namingFile);
        keys.addAll(path);
        return List.copyOf(keys);
    }

    /** The content at its place in an otherwise empty configuration. */
    static MapNode wrapped(MapNode content, List<String> keys) {
        MapNode wrapped = content;
        for (int i = keys.size() - 1; i >= 0; i--) {
            Source source = content.source();
            wrapped = MapNode.empty(source).with(keys.get(i), wrapped);
        }
        return wrapped;
    }

    private static List<String> keys(String text, String separator) {
        return text.isEmpty() ? List.of() : List.of(text.split(separator));
    }
}
