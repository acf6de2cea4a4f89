package org.amalgam.hub;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** How a snapshot's file gets a blob's content. */
@FunctionalInterface
interface Linking {

    /** By a relative link, so that the cache can be moved; by the file itself where the system makes no links. */
    Linking USUAL = (pointer, blob, fresh) -> {
        try {
            Files.createSymbolicLink(pointer, pointer.getParent().relativize(blob));
        } catch (UnsupportedOperationException | FileSystemException noLinks) {
            Linking.COPIES.link(pointer, blob, fresh);
        }
    };

    /** As huggingface_hub does without links: a fresh blob is moved, another one may be in use and is copied. */
    Linking COPIES = (pointer, blob, fresh) -> {
        if (fresh) {
            Files.move(blob, pointer, StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        Path copy = blob.resolveSibling(blob.getFileName() + ".copy");
        Files.copy(blob, copy, StandardCopyOption.REPLACE_EXISTING);
        Files.move(copy, pointer, StandardCopyOption.ATOMIC_MOVE);
    };

    /** Both paths are absolute; the pointer's folder exists and the pointer does not. */
    void link(Path pointer, Path blob, boolean fresh) throws IOException;
}
