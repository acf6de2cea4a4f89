package org.amalgam.data;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Seeds named by a run's seed and a purpose, so that one random draw never depends on how many others came before it. */
public final class Seeds {

    private Seeds() {}

    /**
     * The first eight bytes, big endian, of SHA-256 over the seed and the length-prefixed parts of the purpose.
     * {@code ("a", "bc")} and {@code ("ab", "c")} therefore give different seeds.
     */
    public static long seed(long seed, String... purpose) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(seed);
            for (String part : purpose) {
                out.writeUTF(part);
            }
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
            return ByteBuffer.wrap(digest).getLong();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
