package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes an output folder that appears under its name only when everything in it is written. */
public final class AtomicFolder {

    private AtomicFolder() {}

    /** Fills the folder. */
    @FunctionalInterface
    public interface Content {
        /** Fills {@code folder}, which is empty and lies beside the target on the same file system. */
        void writeTo(Path folder) throws IOException;
    }

    /**
     * Fails where the target exists or cannot be made. Call it before the work whose result the folder is to hold, so that hours
     * are not lost.
     *
     * @throws AmalgamException if anything lies under that name, or nothing can be made there
     */
    public static void requirePlace(Path target) {
        requireAbsent(target);
        Unfinished.requirePlace(target);
    }

    /**
     * Fails where no files can be written into a folder, be it there or not.
     *
     * @throws AmalgamException if something else has that name, or nothing can be made there
     */
    public static void requireRoom(Path folder) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new AmalgamException(
                    folder + ": expected the name of a folder to write into, found a file; name a folder");
        }
        Unfinished.requirePlace(folder.resolve("file"));
    }

    private static void requireAbsent(Path target) {
        if (Files.exists(target) || Files.isSymbolicLink(target)) {
            throw new AmalgamException(
                    target + ": exists already and is not overwritten; name another folder or remove it");
        }
    }

    /**
     * Creates the folder with its content. A failure of any kind, or the end of the process, removes what was written.
     *
     * @throws AmalgamException if the target exists or the disk refuses
     */
    public static void write(Path target, Content content) {
        requireAbsent(target);
        Path partial = Unfinished.beside(target);
        boolean complete = false;
        try {
            Files.createDirectories(partial);
            content.writeTo(partial);
            requireAbsent(target);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            complete = true;
        } catch (IOException e) {
            throw Mapped.unwritable(target, e);
        } finally {
            if (complete) {
                Unfinished.complete(partial);
            } else {
                Unfinished.discard(partial);
            }
        }
    }
}
