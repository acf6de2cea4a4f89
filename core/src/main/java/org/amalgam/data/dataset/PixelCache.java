package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.checkpoint.Hashes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Decoded, resized and cropped images on disk, as bytes: a folder for each pair of data set and image processor, a file for each
 * image with a checksum at its end. Several processes may share it: a file is written beside its place and renamed, and what is
 * damaged or has gone counts as not there. A data set, a processor or an {@link #ARITHMETIC} that changes has another folder.
 *
 * <p>Where a write goes beyond the bound, the folders of other pairs go, those used longest ago first; what then still has no room
 * is not kept. Processes do not see at once what others write, so together they may exceed it by a sixteenth each.
 */
public final class PixelCache {

    /** To be raised whenever decoding, resizing or cropping gives other bytes than before. */
    public static final int ARITHMETIC = 1;

    private static final int CHECKSUM_BYTES = Integer.BYTES;

    /** Files of one folder below a pair's. */
    private static final int FANOUT = 1000;

    private static final int MEASURED_EVERY = 16;

    private final Path root;
    private final long maxBytes;
    private final int arithmetic;

    /** Shared by what is written, of which nothing may be under way while the files are measured. */
    private final ReadWriteLock files = new ReentrantReadWriteLock();

    private long bytes;
    private long sinceMeasured;
    private boolean measured;

    /**
     * Creates nothing yet.
     *
     * @param root folder of nothing else
     * @param maxBytes of all files in it
     */
    public PixelCache(Path root, long maxBytes) {
        this(root, maxBytes, ARITHMETIC);
    }

    PixelCache(Path root, long maxBytes, int arithmetic) {
        this.root = root;
        this.maxBytes = maxBytes;
        this.arithmetic = arithmetic;
    }

    /**
     * The images of one data set and processor.
     *
     * @param key what they depend on, in full
     * @param rowBytes length of each
     */
    Rows rows(String key, int rowBytes) {
        Rows rows = new Rows(root.resolve(Hashes.sha256(arithmetic + "\n" + key).substring(0, 32)), rowBytes);
        rows.use();
        return rows;
    }

    /** A pair's images by their row numbers. */
    final class Rows {

        private final Path folder;
        private final int rowBytes;

        private Rows(Path folder, int rowBytes) {
            this.folder = folder;
            this.rowBytes = rowBytes;
        }

        private void use() {
            try {
                Files.setLastModifiedTime(folder, FileTime.from(Instant.now()));
            } catch (IOException absentOrNotOurs) {
                return;
            }
        }

        private Path file(int row) {
            return folder.resolve(Integer.toString(row / FANOUT)).resolve(Integer.toString(row));
        }

        /** Empty where it is not there, or is not what was written. */
        Optional<byte[]> read(int row) {
            byte[] found;
            try {
                found = Files.readAllBytes(file(row));
            } catch (IOException absent) {
                return Optional.empty();
            }
            if (found.length != rowBytes + CHECKSUM_BYTES
                    || ByteBuffer.wrap(found).getInt(rowBytes) != checksum(found, rowBytes)) {
                return Optional.empty();
            }
            return Optional.of(java.util.Arrays.copyOf(found, rowBytes));
        }

        /** Keeps it, if there is room. A disk that refuses costs no more than the work of another time. */
        void write(int row, byte[] pixels) {
            measureIfDue();
            files.readLock().lock();
            try {
                if (makeRoom(folder, rowBytes + CHECKSUM_BYTES)) {
                    put(row, pixels);
                }
            } finally {
                files.readLock().unlock();
            }
        }

        private void put(int row, byte[] pixels) {
            ByteBuffer content = ByteBuffer.allocate(rowBytes + CHECKSUM_BYTES)
                    .put(pixels)
                    .putInt(checksum(pixels, rowBytes))
                    .flip();
            try {
                AtomicFile.write(file(row), false, channel -> {
                    while (content.hasRemaining()) {
                        channel.write(content);
                    }
                });
            } catch (AmalgamException refused) {
                give(rowBytes + CHECKSUM_BYTES);
            }
        }
    }

    private static int checksum(byte[] content, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(content, 0, length);
        return (int) checksum.getValue();
    }

    private synchronized void give(long length) {
        bytes -= length;
    }

    private void measureIfDue() {
        if (!due()) {
            return;
        }
        files.writeLock().lock();
        try {
            if (due()) {
                measured(size(root));
            }
        } finally {
            files.writeLock().unlock();
        }
    }

    private synchronized boolean due() {
        return !measured || sinceMeasured > maxBytes / MEASURED_EVERY;
    }

    private synchronized void measured(long length) {
        bytes = length;
        measured = true;
        sinceMeasured = 0;
    }

    /** Whether so many bytes more have room, which they then have. */
    private synchronized boolean makeRoom(Path mine, long length) {
        if (bytes + length > maxBytes) {
            for (Path folder : oldestFirst()) {
                if (bytes + length <= maxBytes) {
                    break;
                }
                if (!folder.equals(mine)) {
                    bytes -= size(folder);
                    delete(folder);
                }
            }
        }
        if (bytes + length > maxBytes) {
            return false;
        }
        bytes += length;
        sinceMeasured += length;
        return true;
    }

    private List<Path> oldestFirst() {
        try (Stream<Path> folders = Files.list(root)) {
            return folders.sorted(Comparator.comparing(PixelCache::used)).toList();
        } catch (IOException | UncheckedIOException none) {
            return List.of();
        }
    }

    private static FileTime used(Path folder) {
        try {
            return Files.getLastModifiedTime(folder);
        } catch (IOException gone) {
            return FileTime.fromMillis(0);
        }
    }

    private static long size(Path folder) {
        try (Stream<Path> files = Files.find(folder, Integer.MAX_VALUE, (path, is) -> is.isRegularFile())) {
            return files.mapToLong(PixelCache::length).sum();
        } catch (IOException | UncheckedIOException gone) {
            return 0;
        }
    }

    private static long length(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).size();
        } catch (IOException gone) {
            return 0;
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException another) {
            // Another process deletes or fills the same folder; whoever measures next counts what is left.
            return;
        }
    }
}
