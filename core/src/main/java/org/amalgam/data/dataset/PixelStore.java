package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;
import org.amalgam.data.image.ImageDecoder;
import org.amalgam.data.image.ImageProcessor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A data set's pixels by row number: decoded, resized and cropped on a small pool of threads, and kept as bytes for the next
 * time. Where the whole set fits into the budget every image is decoded once; otherwise the rows used last are kept. What a
 * batch holds does not depend on the budget.
 */
public final class PixelStore implements AutoCloseable {

    private final ImageDataset dataset;
    private final ImageProcessor processor;
    private final int rowBytes;
    private final int capacity;
    private final Optional<PixelCache.Rows> kept;
    private final ExecutorService workers;
    private final Map<Integer, CompletableFuture<byte[]>> rows = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Starts one thread a processor of the machine.
     *
     * @param budgetBytes memory for decoded rows, {@code 3 * height * width} bytes each; the rows of a batch in the making come on
     *     top
     */
    public PixelStore(ImageDataset dataset, ImageProcessor processor, long budgetBytes) {
        this(dataset, processor, budgetBytes, Optional.empty());
    }

    /**
     * As above, with images on disk that were decoded another time.
     *
     * @param cache holds decoded images beyond the process's end; empty decodes each time
     */
    public PixelStore(ImageDataset dataset, ImageProcessor processor, long budgetBytes, Optional<PixelCache> cache) {
        this.dataset = dataset;
        this.processor = processor;
        this.rowBytes = Math.multiplyExact(3, Math.multiplyExact(processor.height(), processor.width()));
        this.capacity = (int) Math.max(1, Math.min(dataset.size(), budgetBytes / rowBytes));
        this.kept = cache.map(pixels -> pixels.rows(dataset.fingerprint() + "\n" + processor.fingerprint(), rowBytes));
        AtomicInteger number = new AtomicInteger();
        this.workers = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), task -> {
            Thread thread = new Thread(task, "amalgam-pixels-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The data set behind the pixels. */
    public ImageDataset dataset() {
        return dataset;
    }

    /** The processor that made the pixels, and that normalises them. */
    public ImageProcessor processor() {
        return processor;
    }

    /**
     * Pixels and labels of those rows, in that order; waits for what is not decoded yet.
     *
     * @throws AmalgamException if an image cannot be decoded, naming its file and row
     */
    public PixelBatch batch(int[] indices) {
        List<CompletableFuture<byte[]>> wanted = new ArrayList<>(indices.length);
        for (int index : indices) {
            wanted.add(row(index));
        }
        byte[] pixels = new byte[Math.multiplyExact(indices.length, rowBytes)];
        long[] labels = new long[indices.length];
        for (int i = 0; i < indices.length; i++) {
            System.arraycopy(finished(wanted.get(i)), 0, pixels, i * rowBytes, rowBytes);
            labels[i] = dataset.label(indices[i]);
        }
        return new PixelBatch(pixels, labels, indices.length, processor.height(), processor.width());
    }

    /** Begins to decode those rows, as many as can be kept, and returns at once. A mistake in them shows when they are asked for. */
    public void prefetch(int[] indices) {
        for (int i = 0; i < Math.min(indices.length, capacity); i++) {
            CompletableFuture<byte[]> unused = row(indices[i]);
        }
    }

    private CompletableFuture<byte[]> row(int index) {
        if (index < 0 || index >= dataset.size()) {
            throw new IndexOutOfBoundsException("row " + index + " of " + dataset.size());
        }
        synchronized (rows) {
            if (workers.isShutdown()) {
                throw new IllegalStateException("the pixel store is closed");
            }
            CompletableFuture<byte[]> row =
                    rows.computeIfAbsent(index, i -> CompletableFuture.supplyAsync(() -> decode(i), workers));
            var oldest = rows.entrySet().iterator();
            while (rows.size() > capacity) {
                oldest.next();
                oldest.remove();
            }
            return row;
        }
    }

    private byte[] decode(int index) {
        if (workers.isShutdown()) {
            throw new IllegalStateException("the pixel store was closed while a batch was in the making");
        }
        Optional<byte[]> known = kept.flatMap(rows -> rows.read(index));
        return known.orElseGet(() -> {
            byte[] pixels = made(index);
            kept.ifPresent(rows -> rows.write(index, pixels));
            return pixels;
        });
    }

    private byte[] made(int index) {
        Example example = dataset.example(index);
        try {
            return processor.pixels(ImageDecoder.decode(example.encoded(), example.where()));
        } catch (AmalgamException e) {
            // The processor does not know which image it was given.
            throw e.getMessage().startsWith(example.where())
                    ? e
                    : new AmalgamException(example.where() + ": " + e.getMessage(), e);
        }
    }

    private static byte[] finished(CompletableFuture<byte[]> row) {
        try {
            return row.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Ends the threads; batches cannot be asked for any more. */
    @Override
    public void close() {
        synchronized (rows) {
            // Rows in the queue still run, and end at once, so that nobody waits for them for ever.
            workers.shutdown();
            rows.clear();
        }
    }
}
