package org.amalgam.hub;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A repository at a revision, written {@code org/name} or {@code org/name@revision}; old repositories are called {@code name} alone.
 *
 * @param name of the repository, with its owner's
 * @param revision a branch, a tag, a commit or another reference, such as {@code refs/pr/1}
 */
public record HubReference(String name, String revision) {

    /** The revision that is meant where none is given. */
    public static final String MAIN = "main";

    private static final String PART = "[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?";
    private static final Pattern NAME = Pattern.compile(PART + "(?:/" + PART + ")?");
    private static final Pattern FOLDER = Pattern.compile("(?:models|datasets)--(.+)");

    /** The reference that the text is; empty where it cannot be one, as a path with a dot before a slash. */
    public static Optional<HubReference> of(String text) {
        int at = text.indexOf('@');
        String name = at < 0 ? text : text.substring(0, at);
        String revision = at < 0 ? MAIN : text.substring(at + 1);
        boolean named =
                NAME.matcher(name).matches() && !name.contains("--") && !name.contains("..") && !name.endsWith(".git");
        return named && isRevision(revision) ? Optional.of(new HubReference(name, revision)) : Optional.empty();
    }

    /** The reference whose snapshot the folder is, with the commit as its revision; empty for a folder of another kind. */
    public static Optional<HubReference> ofSnapshot(Path folder) {
        Path snapshots = folder.toAbsolutePath().normalize().getParent();
        if (snapshots == null || snapshots.getParent() == null || !snapshots.endsWith("snapshots")) {
            return Optional.empty();
        }
        Matcher repository = FOLDER.matcher(String.valueOf(snapshots.getParent().getFileName()));
        return repository.matches()
                ? of(repository.group(1).replace("--", "/") + "@" + folder.getFileName())
                : Optional.empty();
    }

    /** A revision becomes a path below {@code refs}: its parts are names, and none leads out. */
    private static boolean isRevision(String text) {
        return text.matches("[A-Za-z0-9_][A-Za-z0-9._+-]*(?:/[A-Za-z0-9_][A-Za-z0-9._+-]*)*") && !text.contains("..");
    }

    /** As it is written: the main revision goes without saying. */
    @Override
    public String toString() {
        return revision.equals(MAIN) ? name : name + "@" + revision;
    }
}
