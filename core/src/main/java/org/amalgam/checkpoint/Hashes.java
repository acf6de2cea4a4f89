package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
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
        MessageDigest digest = newDigest("SHA-256");
        for (Path file : files) {
            update(digest, file);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** SHA-256 of a text in UTF-8: 64 lower-case hex digits. */
    public static String sha256(String text) {
        return HexFormat.of().formatHex(newDigest("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * What git calls a file of this content, as {@code git hash-object FILE} gives it: SHA-1 of a header with the length, and the
     * bytes; 40 lower-case hex digits.
     *
     * @throws AmalgamException if the file cannot be read
     */
    public static String gitBlob(Path file) {
        MessageDigest digest = newDigest("SHA-1");
        try {
            digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw Mapped.unreadable(file, e);
        }
        update(digest, file);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void update(MessageDigest digest, Path file) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        } catch (IOException e) {
            throw Mapped.unreadable(file, e);
        }
    }

    private static MessageDigest newDigest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}
