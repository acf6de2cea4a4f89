package org.amalgam.report;

import org.amalgam.AmalgamException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TensorBoardWriterTest {

    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_700_000_000L), ZoneOffset.UTC);

    /** RFC 3720's test vectors, masked by TFRecord's rule. */
    @Test
    void checksumsAreMaskedCrc32c() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);

        assertThat(TensorBoardWriter.maskedCrc(digits, 0, 9)).isEqualTo(mask(0xe3069283));
        assertThat(TensorBoardWriter.maskedCrc(new byte[32], 0, 32)).isEqualTo(mask(0x8a9136aa));
    }

    @Test
    void scalarsAreReadBackByAParserThatSharesNoCode(@TempDir Path folder) throws IOException {
        Path file;
        try (TensorBoardWriter writer = TensorBoardWriter.open(folder.resolve("a/b"), CLOCK)) {
            writer.scalar("train/loss", 0, 0.5);
            writer.scalar("train/λ", 300, -1.25);
            writer.scalar("train/loss", Long.MAX_VALUE, Double.NaN);
            file = writer.file();
        }

        List<Map<Integer, Object>> events = events(file);
        assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.1700000000.");
        assertThat(events).hasSize(4);
        assertThat(events.get(0)).containsEntry(1, 1.7e9);
        assertThat(text(events.get(0).get(3))).isEqualTo("brain.Event:2");
        assertThat(events.get(1).get(2)).isEqualTo(0L);
        assertThat(events.get(2).get(2)).isEqualTo(300L);
        Map<Integer, Object> value = message(message(events.get(2).get(5)).get(1));
        assertThat(text(value.get(1))).isEqualTo("train/λ");
        assertThat(value.get(2)).isEqualTo(-1.25f);
        assertThat(events.get(3).get(2)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aResumedRunWritesAFileOfItsOwnAndVoidsWhatItRepeats(@TempDir Path folder) throws IOException {
        Path first;
        try (TensorBoardWriter writer = TensorBoardWriter.open(folder)) {
            writer.scalar("train/loss", 0, 1);
            first = writer.file();
        }
        byte[] before = Files.readAllBytes(first);
        try (TensorBoardWriter writer = TensorBoardWriter.resume(folder, 7)) {
            assertThat(writer.file()).isNotEqualTo(first);
            writer.flush();
            Map<Integer, Object> start = events(writer.file()).get(1);
            assertThat(start.get(2)).isEqualTo(7L);
            assertThat(message(start.get(7)).get(1)).isEqualTo(1L);
        }
        assertThat(first).hasBinaryContent(before);
    }

    @Test
    void writersOfTheSameSecondDoNotMeet(@TempDir Path folder) {
        try (TensorBoardWriter a = TensorBoardWriter.open(folder, CLOCK);
                TensorBoardWriter b = TensorBoardWriter.open(folder, CLOCK)) {
            assertThat(a.file()).isNotEqualTo(b.file());
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsNamed(@TempDir Path folder) throws IOException {
        Path blocker = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> TensorBoardWriter.open(blocker))
                .isInstanceOf(AmalgamException.class)
                .hasMessageContaining(blocker + ": TensorBoard's events cannot be written here");
    }

    private static int mask(int crc) {
        return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static List<Map<Integer, Object>> events(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Map<Integer, Object>> events = new ArrayList<>();
        while (bytes.hasRemaining()) {
            int length = (int) bytes.getLong();
            bytes.getInt();
            byte[] data = new byte[length];
            bytes.get(data);
            assertThat(bytes.getInt()).isEqualTo(mask(crc32c(data)));
            events.add(message(data));
        }
        return events;
    }

    /** Bit by bit, from the polynomial. */
    private static int crc32c(byte[] data) {
        int crc = -1;
        for (byte b : data) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc >>> 1) ^ ((crc & 1) != 0 ? 0x82f63b78 : 0);
            }
        }
        return ~crc;
    }

    private static Map<Integer, Object> message(Object data) {
        ByteBuffer bytes = ByteBuffer.wrap((byte[]) data).order(ByteOrder.LITTLE_ENDIAN);
        Map<Integer, Object> fields = new TreeMap<>();
        while (bytes.hasRemaining()) {
            long key = varint(bytes);
            Object value =
                    switch ((int) (key & 7)) {
                        case 0 -> varint(bytes);
                        case 1 -> bytes.getDouble();
                        case 2 -> {
                            byte[] part = new byte[(int) varint(bytes)];
                            bytes.get(part);
                            yield part;
                        }
                        case 5 -> bytes.getFloat();
                        default -> throw new AssertionError("wire type " + (key & 7));
                    };
            fields.put((int) (key >>> 3), value);
        }
        return fields;
    }

    private static long varint(ByteBuffer bytes) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = bytes.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    private static String text(Object data) {
        return new String((byte[]) data, StandardCharsets.UTF_8);
    }
}
