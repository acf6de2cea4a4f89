package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Hashes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Images in Parquet files of the Hugging Face hub's layout: a column {@code image} of struct(bytes, path) and, unless they are
 * unlabelled, a label column, one or several files read as one. Labels lie in memory; encoded images are read in blocks of some
 * megabytes, the last used of which are kept. Sets below {@value #CACHE_MEGABYTES} MB are thus read once, larger ones best in order.
 */
public final class ParquetImages implements ImageDataset {

    private static final int CACHE_MEGABYTES = 256;
    private static final long BLOCK_BYTES = 4L << 20;

    private final String name;
    private final List<Part> parts;
    private final int[] labels;
    private final List<String> classNames;
    private final Optional<String> hiddenLabels;
    private final Map<Integer, byte[][]> blocks = new LinkedHashMap<>(16, 0.75f, true);
    private long cachedBytes;
    private String fingerprint;

    /** One file: the position of its first row in the whole, and how many rows make a block. */
    private record Part(Path file, ParquetSchema schema, int start, int firstBlock, int blockRows) {}

    private ParquetImages(
            String name, List<Part> parts, int[] labels, List<String> classNames, Optional<String> hiddenLabels) {
        this.name = name;
        this.parts = parts;
        this.labels = labels;
        this.classNames = classNames;
        this.hiddenLabels = hiddenLabels;
    }

    /**
     * Opens the files as one set, in the order given, and checks every label that there is.
     *
     * @param classNames empty for those of the files' metadata
     * @throws AmalgamException if a file is damaged, has no column of images, differs in its classes from the first one, or holds a
     *     label outside the class names, or if there is no row
     */
    public static ParquetImages open(String name, List<Path> files, List<String> classNames) {
        List<ParquetSchema> schemas = files.stream().map(ParquetSchema::read).toList();
        List<String> own = schemas.get(0).classNames();
        List<Part> parts = new ArrayList<>();
        long size = 0;
        int block = 0;
        for (int i = 0; i < files.size(); i++) {
            ParquetSchema schema = schemas.get(i);
            if (!schema.classNames().equals(own)) {
                throw new AmalgamException(files.get(i) + ": its class names differ from those of " + files.get(0)
                        + "; are they of one data set?");
            }
            int blockRows = blockRows(files.get(i), schema);
            parts.add(new Part(files.get(i), schema, (int) size, block, blockRows));
            size += schema.rows();
            block += (int) ((schema.rows() + blockRows - 1) / blockRows);
            if (size > Integer.MAX_VALUE) {
                throw new AmalgamException(
                        files.get(i) + ": the data set has more than " + Integer.MAX_VALUE + " rows");
            }
        }
        if (size == 0) {
            throw new AmalgamException("the data set " + name + " is empty: " + files.get(0) + " has no rows");
        }
        List<String> names = List.copyOf(classNames.isEmpty() ? own : classNames);
        int[] labels = new int[(int) size];
        parts.forEach(part -> readLabels(part, names, labels));
        return new ParquetImages(name, List.copyOf(parts), labels, names, hiddenLabels(name, parts, labels));
    }

    private static int blockRows(Path file, ParquetSchema schema) {
        long bytes = DuckDb.query(
                file,
                "SELECT sum(total_uncompressed_size) FROM parquet_metadata(" + DuckDb.path(file) + ")",
                result -> result.next() ? result.getLong(1) : 0);
        return (int) Math.max(1, Math.min(1 << 16, BLOCK_BYTES * schema.rows() / Math.max(1, bytes)));
    }

    private static void readLabels(Part part, List<String> classNames, int[] labels) {
        if (part.schema.labelColumn().isEmpty()) {
            Arrays.fill(labels, part.start, part.start + (int) part.schema.rows(), Labels.NONE);
            return;
        }
        String sql = "SELECT file_row_number, "
                + DuckDb.identifier(part.schema.labelColumn().get()) + " FROM " + DuckDb.rowsOf(part.file);
        DuckDb.query(part.file, sql, result -> {
            while (result.next()) {
                long row = result.getLong(1);
                String where = part.file + ", row " + row;
                long label = result.getLong(2);
                labels[(int) (part.start + row)] =
                        result.wasNull() ? Labels.NONE : Labels.check(label, classNames, where);
            }
            return null;
        });
    }

    private static Optional<String> hiddenLabels(String name, List<Part> parts, int[] labels) {
        for (Part part : parts) {
            if (part.schema.labelColumn().isEmpty()) {
                return Optional.of(Labels.missing(name, part.file, part.schema.columns()));
            }
            for (int row = 0; row < part.schema.rows(); row++) {
                if (labels[part.start + row] == Labels.NONE) {
                    return Optional.of(Labels.hidden(name, part.file + ", row " + row));
                }
            }
        }
        return Optional.empty();
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
        return labels[index];
    }

    @Override
    public Optional<String> hiddenLabels() {
        return hiddenLabels;
    }

    @Override
    public Example example(int index) {
        int label = labels[index];
        Part part = partOf(index);
        int row = index - part.start;
        String where = part.file + ", row " + row;
        byte[] encoded = block(part, row / part.blockRows)[row % part.blockRows];
        if (encoded == null) {
            throw new AmalgamException(where
                    + ": image.bytes is null, expected the image file's bytes; the set must hold its images itself");
        }
        return new Example(encoded, label, where);
    }

    private Part partOf(int index) {
        int last = parts.size() - 1;
        while (parts.get(last).start > index) {
            last--;
        }
        return parts.get(last);
    }

    /** One query at a time: decoding, not reading, is what several threads are worth. */
    private synchronized byte[][] block(Part part, int number) {
        int key = part.firstBlock + number;
        byte[][] cached = blocks.get(key);
        if (cached != null) {
            return cached;
        }
        byte[][] read = readBlock(part, number);
        blocks.put(key, read);
        cachedBytes += bytes(read);
        var oldest = blocks.entrySet().iterator();
        while (cachedBytes > (long) CACHE_MEGABYTES << 20 && blocks.size() > 1) {
            cachedBytes -= bytes(oldest.next().getValue());
            oldest.remove();
        }
        return read;
    }

    private static byte[][] readBlock(Part part, int number) {
        long from = (long) number * part.blockRows;
        long to = Math.min(part.schema.rows(), from + part.blockRows);
        String sql = "SELECT file_row_number, " + part.schema.imageBytes() + " FROM " + DuckDb.rowsOf(part.file)
                + " WHERE file_row_number BETWEEN " + from + " AND " + (to - 1);
        return DuckDb.query(part.file, sql, result -> {
            byte[][] rows = new byte[(int) (to - from)][];
            while (result.next()) {
                rows[(int) (result.getLong(1) - from)] = result.getBytes(2);
            }
            return rows;
        });
    }

    private static long bytes(byte[][] block) {
        long bytes = 0;
        for (byte[] row : block) {
            bytes += row == null ? 0 : row.length;
        }
        return bytes;
    }

    @Override
    public synchronized String fingerprint() {
        if (fingerprint == null) {
            fingerprint = Hashes.sha256(parts.stream().map(Part::file).toArray(Path[]::new));
        }
        return fingerprint;
    }
}
