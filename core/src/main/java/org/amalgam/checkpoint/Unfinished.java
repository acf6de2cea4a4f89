package org.amalgam.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Files and folders being written under a name of their own; what is left of them when the process ends is deleted. */
final class Unfinished {

    private static final Set<Path> PATHS = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> PATHS.forEach(Unfinished::discard), "delete-unfinished"));
    }

    private Unfinished() {}

    /** A name in the target's folder that no other process uses; the rename to the target stays within one file system. */
    static Path beside(Path target) {
        Path absolute = target.toAbsolutePath();
        String unique = Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX)
                + '-'
                + Long.toString(System.nanoTime(), Character.MAX_RADIX);
        Path partial = absolute.resolveSibling("." + absolute.getFileName() + "." + unique + ".partial");
        PATHS.add(partial);
        return partial;
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
