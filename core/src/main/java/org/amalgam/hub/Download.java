package org.amalgam.hub;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.FileLocks;
import org.amalgam.checkpoint.Hashes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * Brings contents into the cache: beside their place first, going on where an earlier try or process ended, and under their ETag
 * only when they are what the ETag says.
 */
final class Download {

    private static final int CHUNK_BYTES = 1 << 18;

    /** A content that is wrong twice, from its first byte on, is not the connection's fault. */
    private static final int WRONG_CONTENTS = 2;

    private final HubClient client;
    private final HubCache cache;
    private final LongConsumer received;

    /** @param received is told of bytes as they come; of a negative number where they have to come again */
    Download(HubClient client, HubCache cache, LongConsumer received) {
        this.client = client;
        this.cache = cache;
        this.received = received;
    }

    /** Bytes of the content that have yet to come. */
    static long missing(HubCache cache, Repository repository, ServedFile served) {
        Path blob = cache.blob(repository, served.etag());
        try {
            return Files.exists(blob) ? 0 : Math.max(0, served.size() - size(partial(blob)));
        } catch (IOException unknown) {
            return served.size();
        }
    }

    /**
     * Fetches the content unless it is there.
     *
     * @return whether it was not
     * @throws Unavailable if the hub did not answer often enough in a row; what has come stays for the next time
     */
    boolean fetch(Listing listing, ServedFile served) throws Unavailable {
        Path blob = cache.blob(listing.repository(), served.etag());
        try (FileLocks.Held held = cache.hold(listing.repository(), served.etag())) {
            if (Files.exists(blob)) {
                return false;
            }
            bring(listing, served, blob);
            return true;
        } catch (IOException e) {
            throw new AmalgamException(partial(blob) + " cannot be written (" + e + ")", e);
        }
    }

    private void bring(Listing listing, ServedFile served, Path blob) throws IOException, Unavailable {
        Path partial = partial(blob);
        Files.createDirectories(blob.getParent());
        takeUp(blob, partial);
        Patience.Tries tries = client.newTries();
        for (int wrong = 0; ; ) {
            long had = size(partial);
            try {
                if (had != served.size() || had == 0) {
                    receive(listing, served, partial, had);
                }
                if (isSound(partial, served)) {
                    Files.move(partial, blob, StandardCopyOption.ATOMIC_MOVE);
                    return;
                }
                forget(partial);
                wrong++;
                if (wrong == WRONG_CONTENTS) {
                    throw new AmalgamException(listing.repository() + ": " + served.file()
                            + " as it was served is not what its checksum " + served.etag()
                            + " says, twice; nothing of it was kept. Tell its owners, or try another HF_ENDPOINT");
                }
            } catch (Unavailable e) {
                if (size(partial) > had) {
                    tries.progressed();
                }
                tries.failed(e);
            }
        }
    }

    /**
     * A download of huggingface_hub that was given up is gone on with, in a copy: Python may be at it at this moment, and its lock is
     * not seen.
     */
    private static void takeUp(Path blob, Path partial) throws IOException {
        Path python = blob.resolveSibling(blob.getFileName() + ".incomplete");
        if (!Files.exists(partial, LinkOption.NOFOLLOW_LINKS)
                && Files.isRegularFile(python, LinkOption.NOFOLLOW_LINKS)) {
            Files.copy(python, partial);
        }
    }

    private static Path partial(Path blob) {
        return blob.resolveSibling(blob.getFileName() + ".amalgam.incomplete");
    }

    private void receive(Listing listing, ServedFile served, Path partial, long had) throws IOException, Unavailable {
        if (had > served.size()) {
            forget(partial);
        }
        long from = size(partial);
        try (Answer answer = client.content(listing, served.file(), from)) {
            if (answer.status() == 416) {
                forget(partial);
                throw Unavailable.cut(listing.repository() + ": " + served.file() + " cannot be gone on with", null);
            }
            long start = answer.status() == 206 ? from : 0;
            if (!isTheRest(answer, start)) {
                forget(partial);
                throw Unavailable.cut(
                        Requests.host(answer.address()) + " sends another part of " + served.file()
                                + " than was asked for",
                        null);
            }
            requireLength(answer, listing, served, start);
            // A part of it may be another content's, or a link that somebody laid there.
            try (FileChannel channel = FileChannel.open(
                    partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                received.accept(start - channel.size());
                channel.truncate(start);
                channel.position(start);
                copy(answer, served, channel);
                channel.force(true);
            }
        }
    }

    private void copy(Answer answer, ServedFile served, FileChannel channel) throws IOException, Unavailable {
        byte[] chunk = new byte[CHUNK_BYTES];
        while (true) {
            int read;
            try {
                read = answer.body().read(chunk);
            } catch (IOException e) {
                throw cut(answer, served, channel.position(), e);
            }
            if (read < 0) {
                break;
            }
            ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, read);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            received.accept(read);
            if (channel.position() > served.size()) {
                channel.truncate(0);
                throw new AmalgamException(served.file() + ": " + Requests.host(answer.address())
                        + " sends more than the " + served.size() + " bytes that the hub announced");
            }
        }
        if (channel.position() < served.size()) {
            throw cut(answer, served, channel.position(), null);
        }
    }

    private static Unavailable cut(Answer answer, ServedFile served, long position, Throwable cause) {
        return Unavailable.cut(
                Requests.host(answer.address()) + " broke off after " + position + " of " + served.size() + " bytes of "
                        + served.file(),
                cause);
    }

    private static boolean isTheRest(Answer answer, long start) {
        return answer.status() != 206
                || answer.header("Content-Range").orElse("").startsWith("bytes " + start + "-");
    }

    /** What is about to come must be as long as what was announced. */
    private static void requireLength(Answer answer, Listing listing, ServedFile served, long start) {
        OptionalLong length = answer.number("Content-Length");
        if (length.isPresent() && start + length.getAsLong() != served.size()) {
            throw new AmalgamException(listing.repository() + ": " + served.file() + " has " + served.size()
                    + " bytes as the hub announced it, and " + (start + length.getAsLong())
                    + " as it is served; try again later, or another HF_ENDPOINT");
        }
    }

    /** SHA-256 names the large files, git's hash the small ones. Other ETags promise nothing but the length. */
    private static boolean isSound(Path partial, ServedFile served) throws IOException {
        if (size(partial) != served.size()) {
            return false;
        }
        return switch (served.etag().length()) {
            case 64 -> Hashes.sha256(partial).equals(served.etag());
            case 40 -> Hashes.gitBlob(partial).equals(served.etag());
            default -> true;
        };
    }

    private void forget(Path partial) throws IOException {
        received.accept(-size(partial));
        Files.deleteIfExists(partial);
    }

    private static long size(Path file) throws IOException {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? Files.size(file) : 0;
    }
}
