package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Hashes;
import org.amalgam.data.image.Pnm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Gray images in MNIST's IDX format: one file of bytes {@code [rows, height, width]} and one of labels, gzipped or not. Held in
 * memory whole.
 */
public final class IdxImages implements ImageDataset {

    private static final int IMAGES_MAGIC = 0x0803;
    private static final int LABELS_MAGIC = 0x0801;

    private final String name;
    private final Path imagesFile;
    private final Path labelsFile;
    private final int height;
    private final int width;
    private final byte[] pixels;
    private final byte[] labels;
    private final List<String> classNames;
    private String fingerprint;

    private IdxImages(
            String name, Path imagesFile, Path labelsFile, Idx images, byte[] labels, List<String> classNames) {
        this.name = name;
        this.imagesFile = imagesFile;
        this.labelsFile = labelsFile;
        this.height = images.sizes[1];
        this.width = images.sizes[2];
        this.pixels = images.data;
        this.labels = labels;
        this.classNames = List.copyOf(classNames);
    }

    /**
     * Reads both files.
     *
     * @throws AmalgamException if one is damaged or cut off, if they have not the same number of rows or none, or if a label is
     *     outside the class names
     */
    public static IdxImages open(String name, Path imagesFile, Path labelsFile, List<String> classNames) {
        Idx images = Idx.read(imagesFile, IMAGES_MAGIC);
        Idx labels = Idx.read(labelsFile, LABELS_MAGIC);
        if (images.sizes[0] != labels.sizes[0]) {
            throw new AmalgamException(labelsFile + ": expected " + images.sizes[0] + " labels, one for each image of "
                    + imagesFile + ", found " + labels.sizes[0]);
        }
        if (images.data.length == 0) {
            throw new AmalgamException("the data set " + name + " is empty: " + imagesFile + " has no pixels");
        }
        for (int row = 0; row < labels.data.length; row++) {
            Labels.check(labels.data[row] & 0xff, classNames, labelsFile + ", row " + row);
        }
        return new IdxImages(name, imagesFile, labelsFile, images, labels.data, classNames);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public int label(int index) {
        return labels[index] & 0xff;
    }

    @Override
    public Example example(int index) {
        byte[] encoded = Pnm.encodeGray(pixels, index * height * width, width, height);
        return new Example(encoded, label(index), imagesFile + ", row " + index);
    }

    @Override
    public synchronized String fingerprint() {
        if (fingerprint == null) {
            fingerprint = Hashes.sha256(imagesFile, labelsFile);
        }
        return fingerprint;
    }

    /** One IDX file: big-endian magic, whose last byte counts the dimensions, their sizes, then unsigned bytes. */
    @SuppressWarnings("ArrayRecordComponent") // private, and compared by nobody
    private record Idx(int[] sizes, byte[] data) {

        static Idx read(Path file, int magic) {
            try (InputStream raw = Files.newInputStream(file);
                    InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
                ByteBuffer head = ByteBuffer.wrap(in.readNBytes(4 + 4 * (magic & 0xff)));
                int found = head.remaining() < 4 ? 0 : head.getInt();
                if (found != magic || head.remaining() < 4 * (magic & 0xff)) {
                    throw new AmalgamException(file + ": expected an IDX file that begins with "
                            + String.format("%08x", magic) + ", found " + String.format("%08x", found));
                }
                int[] sizes = new int[magic & 0xff];
                long length = 1;
                for (int i = 0; i < sizes.length; i++) {
                    sizes[i] = head.getInt();
                    length = sizes[i] < 0 || length > Integer.MAX_VALUE ? Long.MAX_VALUE : length * sizes[i];
                }
                if (length > Integer.MAX_VALUE - 8) {
                    throw new AmalgamException(file + ": its header promises more than 2 GB; it is damaged");
                }
                byte[] data = in.readNBytes((int) length);
                if (data.length != length || in.read() >= 0) {
                    throw new AmalgamException(file + ": expected " + length + " bytes after the header, found "
                            + (data.length < length ? data.length + "; the file is cut off" : "more"));
                }
                return new Idx(sizes, data);
            } catch (IOException e) {
                throw new AmalgamException(file + " cannot be read: " + e.getMessage(), e);
            }
        }
    }
}
