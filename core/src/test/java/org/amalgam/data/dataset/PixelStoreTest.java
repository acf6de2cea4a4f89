package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;
import org.amalgam.data.image.ImageDecoder;
import org.amalgam.data.image.ImageFiles;
import org.amalgam.data.image.ImageProcessor;
import org.amalgam.data.image.Resample;
import org.amalgam.data.image.Resize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PixelStoreTest {

    private static final ImageProcessor PROCESSOR = new ImageProcessor(
            new Resize.ShortestEdge(4), Resample.BICUBIC, 4, 4, 1 / 255.0, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
    private static final int ROW = 3 * 4 * 4;

    /** Ten images of different sizes, of which one may be broken. */
    private record Images(int broken, AtomicInteger reads) implements ImageDataset {

        @Override
        public String name() {
            return "ten";
        }

        @Override
        public int size() {
            return 10;
        }

        @Override
        public List<String> classNames() {
            return List.of();
        }

        @Override
        public int label(int index) {
            return index % 3;
        }

        @Override
        public Example example(int index) {
            reads.incrementAndGet();
            byte[] encoded = index == broken
                    ? "broken".getBytes(StandardCharsets.US_ASCII)
                    : ImageFiles.png(5 + index, 9, index * 0x123456);
            return new Example(encoded, label(index), "ten, row " + index);
        }

        @Override
        public String fingerprint() {
            return "ten";
        }
    }

    private static Images images(int broken) {
        return new Images(broken, new AtomicInteger());
    }

    private static byte[] direct(int... indices) {
        ByteArrayOutputStream pixels = new ByteArrayOutputStream();
        for (int index : indices) {
            pixels.writeBytes(PROCESSOR.pixels(
                    ImageDecoder.decode(images(-1).example(index).encoded(), "direct")));
        }
        return pixels.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, ROW, 3 * ROW, 1 << 20})
    void givesThePixelsOfDirectProcessingWhateverTheBudget(long budget) {
        try (PixelStore store = new PixelStore(images(-1), PROCESSOR, budget)) {
            int[][] batches = {{0, 1, 2, 3}, {9, 9, 0}, {4, 5, 6, 7, 8}, {}, {2}};
            for (int[] indices : batches) {
                store.prefetch(new int[] {7, 8, 1});
                PixelBatch batch = store.batch(indices);

                assertThat(batch.pixels()).isEqualTo(direct(indices));
                assertThat(batch.labels())
                        .containsExactly(
                                Arrays.stream(indices).mapToLong(i -> i % 3).toArray());
                assertThat(List.of(batch.n(), batch.height(), batch.width())).containsExactly(indices.length, 4, 4);
            }
        }
    }

    @Test
    void decodesOnceWhatFits() {
        Images images = images(-1);
        try (PixelStore store = new PixelStore(images, PROCESSOR, 10 * ROW)) {
            for (int round = 0; round < 3; round++) {
                store.batch(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
            }
        }
        assertThat(images.reads).hasValue(10);
    }

    @Test
    void keepsNoMoreThanTheBudget() {
        Images images = images(-1);
        try (PixelStore store = new PixelStore(images, PROCESSOR, 2 * ROW)) {
            store.batch(new int[] {0, 1, 2});
            store.batch(new int[] {1, 2});
            assertThat(images.reads).hasValue(3);
            store.batch(new int[] {0});
            assertThat(images.reads).hasValue(4);
        }
    }

    @Test
    void aBrokenImageIsTheUsersErrorAndLeavesTheRestUsable() {
        try (PixelStore store = new PixelStore(images(4), PROCESSOR, 1 << 20)) {
            store.prefetch(new int[] {3, 4});
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> store.batch(new int[] {3, 4, 5}))
                        .isInstanceOf(AmalgamException.class)
                        .hasMessageStartingWith("ten, row 4: cannot decode the image (6 bytes)");
            }
            assertThat(store.batch(new int[] {3, 5}).pixels()).isEqualTo(direct(3, 5));
        }
    }

    @Test
    void refusesUseAfterClosingAndRowsThatDoNotExist() {
        PixelStore store = new PixelStore(images(-1), PROCESSOR, 0);
        assertThatThrownBy(() -> store.batch(new int[] {10})).isInstanceOf(IndexOutOfBoundsException.class);
        store.close();
        store.close();

        assertThatThrownBy(() -> store.batch(new int[] {0}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    private byte[] stored(Images images, Path cache, long maxBytes) {
        return stored(images, new PixelCache(cache, maxBytes));
    }

    private byte[] stored(Images images, PixelCache cache) {
        try (PixelStore store = new PixelStore(images, PROCESSOR, 1 << 20, Optional.of(cache))) {
            return store.batch(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}).pixels();
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.find(folder, 9, (path, is) -> is.isRegularFile())) {
            return files.sorted().toList();
        }
    }

    @Test
    void imagesThatAnotherDecoderMadeAreDecodedAgain(@TempDir Path cache) {
        stored(images(-1), cache, 1 << 20);
        Images again = images(-1);
        stored(again, new PixelCache(cache, 1 << 20, PixelCache.ARITHMETIC + 1));
        assertThat(again.reads().get()).isEqualTo(10);
    }

    @Test
    void imagesOnDiskAreNotDecodedAgainAndGiveTheSameBytes(@TempDir Path cache) throws IOException {
        byte[] expected = direct(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        Images first = images(-1);
        assertThat(stored(first, cache, 1 << 20)).isEqualTo(expected);
        assertThat(first.reads().get()).isEqualTo(10);
        assertThat(files(cache)).hasSize(10);

        Images again = images(-1);
        assertThat(stored(again, cache, 1 << 20)).isEqualTo(expected);
        assertThat(again.reads().get()).isZero();
    }

    @Test
    void damagedAndShortFilesAreNoticedAndMadeAnew(@TempDir Path cache) throws IOException {
        byte[] expected = stored(images(-1), cache, 1 << 20);
        List<Path> files = files(cache);
        byte[] damaged = Files.readAllBytes(files.get(3));
        damaged[5] ^= 1;
        Files.write(files.get(3), damaged);
        Files.write(files.get(4), Arrays.copyOf(damaged, 7));
        Files.delete(files.get(5));

        Images again = images(-1);
        assertThat(stored(again, cache, 1 << 20)).isEqualTo(expected);
        assertThat(again.reads().get()).isEqualTo(3);
        assertThat(stored(images(-1), cache, 1 << 20)).isEqualTo(expected);
        assertThat(files(cache)).hasSize(10);
    }

    @Test
    void theDiskTakesNoMoreThanItsBoundAndWhatWasUsedLongestAgoGoes(@TempDir Path cache) throws IOException {
        int file = ROW + 4;
        Path old = Files.createDirectories(cache.resolve("old").resolve("0"));
        Files.write(old.resolve("0"), new byte[3 * file]);
        Path older = Files.createDirectories(cache.resolve("older").resolve("0"));
        Files.write(older.resolve("0"), new byte[3 * file]);
        Files.setLastModifiedTime(cache.resolve("old"), FileTime.fromMillis(2_000));
        Files.setLastModifiedTime(cache.resolve("older"), FileTime.fromMillis(1_000));

        stored(images(-1), cache, 13L * file);
        assertThat(cache.resolve("older")).doesNotExist();
        assertThat(cache.resolve("old")).exists();
    }

    @Test
    void theBoundHoldsWhileSeveralThreadsWrite(@TempDir Path cache) throws IOException {
        for (int round = 0; round < 30; round++) {
            Path small = cache.resolve("round" + round);
            stored(images(-1), small, 4L * (ROW + 4));
            assertThat(files(small)).hasSize(4);
        }
    }
}
