package org.amalgam.report;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Text files that are there in full or not at all: written beside their place and renamed. */
final class AtomicFile {

    private AtomicFile() {}

    /**
     * Writes the text as UTF-8, replaces what is there, and makes missing folders.
     *
     * @throws AmalgamException if the place cannot be written
     */
    static void write(Path file, String text) {
        Path target = file.toAbsolutePath();
        Path beside = null;
        try {
            if (Files.isDirectory(target)) {
                throw new AmalgamException(
                        file + ": expected the name of a file to write, found a folder. Name a file in it.");
            }
            Files.createDirectories(target.getParent());
            // Not createTempFile: its files are readable by their owner alone, and the rename would keep that.
            beside = Files.createFile(target.resolveSibling("." + target.getFileName() + "."
                    + ProcessHandle.current().pid() + "-" + System.nanoTime() + ".part"));
            Files.write(beside, text.getBytes(StandardCharsets.UTF_8));
            move(beside, target);
        } catch (IOException e) {
            remove(beside);
            throw new AmalgamException(
                    file + ": cannot be written (" + e + "). Check the folder and the space left.", e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void remove(Path beside) {
        try {
            if (beside != null) {
                Files.deleteIfExists(beside);
            }
        } catch (IOException ignored) {
            // The write's own failure is what the user must hear; a hidden left-over beside it harms nobody.
        }
    }
}
