package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests by which inputs and outputs of a run are known again. */
public final class Hashes {

    private static final int CHUNK_BYTES = 1 << 20;

    private Hashes() {}

    /**
     * SHA-256 of the files' bytes one after another, as {@code cat FILE... | sha256sum} gives it: 64 lower-case hex digits.
     * Streamed; a file of any size costs one megabyte.
     *
     * @throws AmalgamException if a file cannot be read
     */
    public static String sha256(Path... files) {
        MessageDigest digest = newSha256();
        byte[] chunk = new byte[CHUNK_BYTES];
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                    digest.update(chunk, 0, read);
                }
            } catch (IOException e) {
                throw Mapped.unreadable(file, e);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
