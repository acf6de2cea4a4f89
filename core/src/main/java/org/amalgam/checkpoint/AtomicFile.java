package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes a file that appears under its name whole or not at all: written beside its place, forced to disk, renamed. */
public final class AtomicFile {

    private AtomicFile() {}

    /** Produces the content. */
    @FunctionalInterface
    public interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Produces the content of a file that is not there yet, for those who know files by name. */
    @FunctionalInterface
    public interface NamedContent {
        void writeTo(Path partial) throws IOException;
    }

    /**
     * Fails where no file can be written under that name, be it new or in another one's place. Call it before the work whose result
     * the file is to hold.
     *
     * @throws AmalgamException if a folder has that name, or nothing can be made where it is meant
     */
    public static void requirePlace(Path target) {
        requireNoFolder(target);
        Unfinished.requirePlace(target);
    }

    private static void requireNoFolder(Path target) {
        if (Files.isDirectory(target)) {
            throw new AmalgamException(
                    target + ": expected the name of a file to write, found a folder; name a file in it");
        }
    }

    /** {@link #write(Path, Content)} of a text, as UTF-8. */
    public static void write(Path target, String text) {
        write(target, channel -> {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }

    /**
     * Creates the file or replaces the one that exists. Missing parent folders are created.
     *
     * @throws AmalgamException if the disk refuses; the file is then as it was before
     */
    public static void write(Path target, Content content) {
        write(target, true, content);
    }

    /**
     * {@link #write(Path, Content)}, forced to disk before it has its name or left to the system, which writes it within a minute
     * or so: for content whose forcing takes longer than its making. The end of the process makes no difference; where the machine
     * itself stops before the system has written it, the file may be cut short.
     */
    public static void write(Path target, boolean forced, Content content) {
        writeByName(target, partial -> {
            try (FileChannel channel =
                    FileChannel.open(partial, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                if (forced) {
                    channel.force(true);
                }
            }
        });
    }

    /** As {@link #write(Path, Content)}; the content makes the file itself, under the name that it is given. */
    public static void writeByName(Path target, NamedContent content) {
        requireNoFolder(target);
        Path partial = Unfinished.beside(target);
        boolean complete = false;
        try {
            Files.createDirectories(partial.getParent());
            content.writeTo(partial);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
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
