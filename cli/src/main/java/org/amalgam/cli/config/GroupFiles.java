package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Source;
import org.amalgam.settings.Spelling;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds a group's files by the names that users and the reference give them. */
final class GroupFiles {

    /** Segments that cannot climb out of the group's folder. */
    private static final Pattern NAME = Pattern.compile("(?!\\.)[\\w.+-]+(/(?!\\.)[\\w.+-]+)*");

    private static final int MOST_LISTED = 12;

    private final BuiltIn files;

    GroupFiles(BuiltIn files) {
        this.files = files;
    }

    /** A file and the name that it has in its group. */
    record Found(String name, ConfigFile file) {}

    /** Whether there is a group of that name with files in it. */
    boolean isGroup(String folder) {
        return !folder.isEmpty()
                && NAME.matcher(folder).matches()
                && !files.names(folder).isEmpty();
    }

    MapNode declared(Group group) {
        return files.declared(group);
    }

    List<String> names(String folder) {
        return files.names(folder);
    }

    /**
     * The file of a name: as it is, else without its folder, else in the only folder that has it. The reference's names come
     * with and without folders.
     *
     * @param source where the name was given
     * @throws AmalgamException if there is no such file, with the nearest name there is
     */
    Found find(String folder, String asked, Source source) {
        return search(folder, asked, source).orElseThrow(() -> {
            List<String> names = names(folder);
            return new AmalgamException(said(folder, asked) + ": no such " + kind(folder) + " (" + source + ")."
                    + Spelling.hint(asked, names, "") + " " + listed(folder));
        });
    }

    /** As {@link #find}, for a file that may be lacking. */
    Optional<Found> search(String folder, String asked, Source source) {
        boolean isSound = NAME.matcher(asked).matches()
                && (folder.isEmpty() || NAME.matcher(folder).matches());
        if (!isSound) {
            throw new AmalgamException(
                    said(folder, asked) + ": expected the name of a " + kind(folder) + " (" + source + ").");
        }
        String last = asked.substring(asked.lastIndexOf('/') + 1);
        return found(folder, asked).or(() -> found(folder, last)).or(() -> inFolders(folder, asked, source));
    }

    private Optional<Found> found(String folder, String name) {
        return files.find(folder, name).map(file -> new Found(name, file));
    }

    private Optional<Found> inFolders(String folder, String asked, Source source) {
        List<String> inFolders = names(folder).stream()
                .filter(name -> name.endsWith("/" + asked))
                .toList();
        if (inFolders.size() > 1) {
            throw new AmalgamException(
                    said(folder, asked) + ": which one, " + String.join(" or ", inFolders) + "? (" + source + ")");
        }
        return inFolders.stream().findFirst().flatMap(name -> found(folder, name));
    }

    /** {@code Methods: adamerging, task_arithmetic.}, the first of them where they are many. */
    String listed(String folder) {
        List<String> names = names(folder);
        String title = Group.of(folder).map(Group::title).orElse("Files");
        if (names.size() <= MOST_LISTED) {
            return title + ": " + (names.isEmpty() ? "none" : String.join(", ", names)) + ".";
        }
        // A stable sort: the short names that are not in folders are those that people write.
        List<String> first = names.stream()
                .sorted(Comparator.comparing((String name) -> name.contains("/")))
                .limit(MOST_LISTED)
                .toList();
        return title + ": " + String.join(", ", first) + " and " + (names.size() - MOST_LISTED)
                + " more; amalgam groups " + folder + " lists them.";
    }

    private static String said(String folder, String name) {
        return folder.isEmpty() ? "--config-name " + name : folder + "=" + name;
    }

    private static String kind(String folder) {
        return Group.of(folder).map(Group::singular).orElse("file").toLowerCase(Locale.ROOT);
    }
}
