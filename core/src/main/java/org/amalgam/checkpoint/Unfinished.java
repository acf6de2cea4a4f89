package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Files and folders being written under a name of their own; what is left of them when the process ends is deleted. */
final class Unfinished {

    /** What {@link #beside} calls a path, and in it the target's name. */
    private static final Pattern NAME = Pattern.compile("(?<=[/\\\\])\\.([^/\\\\]+)\\.[0-9a-z]+-[0-9a-z]+\\.partial");

    private static final Set<Path> PATHS = ConcurrentHashMap.newKeySet();

    static {
        deleteAtTheEnd();
    }

    private Unfinished() {}

    private static void deleteAtTheEnd() {
        try {
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> PATHS.forEach(Unfinished::discard), "delete-unfinished"));
        } catch (IllegalStateException ending) {
            // The process is about to end: who writes now deletes what is unfinished by itself, or has no time left to.
            return;
        }
    }

    /**
     * Fails where a file or folder of that name could not be made, or not beforehand beside it: tries it, with the folders that are
     * missing, and leaves everything as it was.
     *
     * @throws AmalgamException that names the target and the folder
     */
    static void requirePlace(Path target) {
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null) {
            throw new AmalgamException(target + " is no name of a file or folder; name one");
        }
        Deque<Path> missing = new ArrayDeque<>();
        for (Path there = folder; !Files.exists(there); there = there.getParent()) {
            missing.push(there);
        }
        Path deepest = missing.isEmpty() ? folder : missing.peek().getParent();
        if (!Files.isDirectory(deepest)) {
            throw new AmalgamException(target + " cannot be written: " + deepest + " is no folder; name another place");
        }
        Path trial = beside(target);
        Deque<Path> made = new ArrayDeque<>();
        try {
            for (Path there : missing) {
                Files.createDirectory(there);
                made.push(there);
            }
            Files.createFile(trial);
        } catch (IOException e) {
            throw new AmalgamException(
                    target + " cannot be written: nothing can be made in " + deepest + " (" + Mapped.reason(e)
                            + "); name another place",
                    e);
        } finally {
            discard(trial);
            made.forEach(Unfinished::discard);
        }
    }

    /** A name in the target's folder that no other process uses; the rename to the target stays within one file system. */
    static Path beside(Path target) {
        Path absolute = target.toAbsolutePath();
        String unique = Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX)
                + '-'
                + Long.toUnsignedString(System.nanoTime(), Character.MAX_RADIX);
        Path partial = absolute.resolveSibling("." + absolute.getFileName() + "." + unique + ".partial");
        PATHS.add(partial);
        return partial;
    }

    /** The same text with the names that unfinished files and folders would have in the end. */
    static String finished(String text) {
        return NAME.matcher(text).replaceAll("$1");
    }

    /** Forgets a path that now lies under its final name. */
    static void complete(Path partial) {
        PATHS.remove(partial);
    }

    /** Deletes a path with all that is in it. What cannot be deleted stays: the error that led here matters more. */
    static void discard(Path partial) {
        PATHS.remove(partial);
        try (Stream<Path> tree = Files.walk(partial)) {
            List<Path> childrenFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path path : childrenFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException stays) {
            return;
        }
    }
}
