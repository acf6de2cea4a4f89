package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.ListNode;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Node;
import org.amalgam.settings.ScalarNode;
import org.amalgam.settings.Source;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One entry of a {@code defaults} list.
 *
 * @param folder the group whose files are meant, counted from the root: {@code dataset/image_classification/test}
 * @param names the files, in their order; none where the list says {@code null}
 * @param place where their content goes, relative to where the list's own file goes
 * @param kind what the entry asks for
 * @param source where it was given
 */
record DefaultsEntry(String folder, List<ScalarNode> names, Place place, Kind kind, Source source) {

    /** What an entry asks for. */
    enum Kind {
        /** The content of the list's own file. */
        SELF,
        /** Files that must be there. */
        FILES,
        /** Files that may be lacking. */
        OPTIONAL,
        /** Another choice in a group that is chosen elsewhere. */
        OVERRIDE
    }

    private static final String SELF = "_self_";
    private static final Pattern KEY =
            Pattern.compile("(?:(optional|override)\\s+)?(/?[\\w.+-]+(?:/[\\w.+-]+)*)(?:@([\\w.:-]*))?");

    DefaultsEntry {
        names = List.copyOf(names);
    }

    /**
     * The entries of a list.
     *
     * @param folder the group of the file that the list stands in
     * @throws AmalgamException if it is no list, or an entry is of no form that is known
     */
    static List<DefaultsEntry> list(Node defaults, String folder) {
        if (!(defaults instanceof ListNode list)) {
            throw new AmalgamException(defaults.source() + ": defaults: expected a list such as [base, _self_], found "
                    + defaults.described() + ".");
        }
        return list.items().stream().map(item -> of(item, folder)).toList();
    }

    private static DefaultsEntry of(Node item, String folder) {
        if (item instanceof ScalarNode scalar && scalar.value() instanceof String text) {
            return text.equals(SELF)
                    ? new DefaultsEntry(folder, List.of(), Place.HERE, Kind.SELF, item.source())
                    : file(text, folder, item.source());
        }
        if (item instanceof MapNode map && map.entries().size() == 1) {
            Map.Entry<String, Node> entry = map.entries().entrySet().iterator().next();
            return files(entry.getKey(), entry.getValue(), folder, item.source());
        }
        throw unknown(item, item.described());
    }

    /** {@code base}, {@code /model/clip-vit/clip@models}: a file by its path; one of the same group goes to the same place. */
    private static DefaultsEntry file(String text, String folder, Source source) {
        Matcher form = KEY.matcher(text);
        if (!form.matches() || form.group(1) != null) {
            throw new AmalgamException(source + ": defaults: expected the name of a file, found \"" + text + "\".");
        }
        String path = form.group(2);
        boolean isBase = !path.startsWith("/") && !folder.isEmpty();
        int slash = isBase ? -1 : path.lastIndexOf('/');
        String group = isBase ? folder : path.substring(0, Math.max(0, slash)).replaceFirst("^/", "");
        Place place = form.group(3) != null
                ? Place.of(form.group(3), group)
                : group.equals(folder) ? Place.HERE : Place.of("_group_", group);
        return new DefaultsEntry(
                group, List.of(ScalarNode.of(path.substring(slash + 1), source)), place, Kind.FILES, source);
    }

    /** {@code /dataset/image_classification/test@test_datasets: [svhn, mnist]}. */
    private static DefaultsEntry files(String key, Node value, String folder, Source source) {
        Matcher form = KEY.matcher(key);
        if (!form.matches()) {
            throw new AmalgamException(source + ": defaults: expected group@place: name, found \"" + key + "\".");
        }
        String path = form.group(2);
        String group = path.startsWith("/") || folder.isEmpty() ? path.replaceFirst("^/", "") : folder + "/" + path;
        // Without a place the group's own path is one; a file's head may name another.
        Place place = form.group(3) == null
                ? Place.unsaid(path.replaceFirst("^/", ""))
                : Place.of(form.group(3), path.replaceFirst("^/", ""));
        Kind kind =
                form.group(1) == null ? Kind.FILES : form.group(1).equals("optional") ? Kind.OPTIONAL : Kind.OVERRIDE;
        return new DefaultsEntry(group, names(key, value), place, kind, source);
    }

    private static List<ScalarNode> names(String key, Node value) {
        Stream<Node> items = value instanceof ListNode list ? list.items().stream() : Stream.of(value);
        return items.filter(item -> !(item instanceof ScalarNode scalar && scalar.isNull()))
                .map(item -> {
                    if (item instanceof ScalarNode scalar && scalar.isMissing()) {
                        throw new AmalgamException(item.source() + ": defaults: " + key
                                + " is ???, a file must be chosen: write its name.");
                    }
                    if (item instanceof ScalarNode scalar) {
                        return scalar;
                    }
                    throw unknown(item, key + ": " + item.described());
                })
                .toList();
    }

    private static AmalgamException unknown(Node item, String found) {
        return new AmalgamException(item.source()
                + ": defaults: expected the name of a file, group@place: name or _self_, found " + found + ".");
    }

    /** An entry that the command line adds: {@code +dataset/image_classification/test@taskpool.test_datasets=svhn}. */
    static DefaultsEntry added(ConfigOverride override) {
        return files(override.key(), override.value(), "", override.source());
    }
}
