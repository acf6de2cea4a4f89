package org.amalgam.report;

import org.amalgam.AmalgamException;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Writes scalars as a TensorBoard event file: TFRecord frames (length, masked CRC-32C, {@code Event} message, masked CRC-32C)
 * around messages of {@code tensorflow/core/util/event.proto} that are encoded here by hand, since five fields need no
 * library.
 *
 * <p>Every writer makes a file of its own, never one that exists, so a resumed run adds to its folder and TensorBoard reads
 * the files as one run. Not for use by several threads at once.
 */
public final class TensorBoardWriter implements AutoCloseable {

    private static final String FILE_VERSION = "brain.Event:2";
    private static final int MASK_DELTA = 0xa282ead8;

    /** SessionLog.status START: TensorBoard forgets what an earlier file said about this step and later ones. */
    private static final int SESSION_START = 1;

    private final Path file;
    private final OutputStream out;
    private final Clock clock;

    private TensorBoardWriter(Path file, OutputStream out, Clock clock) {
        this.file = file;
        this.out = out;
        this.clock = clock;
    }

    /**
     * Starts an event file in the folder, which is made if it is missing.
     *
     * @throws AmalgamException if the folder cannot be written
     */
    public static TensorBoardWriter open(Path folder) {
        return open(folder, Clock.systemUTC());
    }

    /**
     * Starts an event file for a run that goes on: what earlier files of the folder hold from {@code step} on is void.
     *
     * @throws AmalgamException if the folder cannot be written
     */
    public static TensorBoardWriter resume(Path folder, long step) {
        TensorBoardWriter writer = open(folder);
        byte[] status = new Message().varint(1, SESSION_START).bytes();
        writer.event(new Message().varint(2, step).message(7, status));
        return writer;
    }

    static TensorBoardWriter open(Path folder, Clock clock) {
        try {
            Files.createDirectories(folder);
            Path file = newFile(folder, "events.out.tfevents." + clock.instant().getEpochSecond() + "." + host());
            OutputStream out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.WRITE));
            TensorBoardWriter writer = new TensorBoardWriter(file, out, clock);
            writer.event(new Message().text(3, FILE_VERSION));
            writer.flush();
            return writer;
        } catch (IOException e) {
            throw new AmalgamException(
                    folder + ": TensorBoard's events cannot be written here (" + e + "). Name another folder.", e);
        }
    }

    /** A file of its own even where another run, or this one before it was resumed, started in the same second. */
    private static Path newFile(Path folder, String stem) throws IOException {
        for (int attempt = 0; ; attempt++) {
            try {
                return Files.createFile(folder.resolve(attempt == 0 ? stem : stem + "." + attempt));
            } catch (FileAlreadyExistsException e) {
                // Taken: the loop goes on to the next name.
            }
        }
    }

    /**
     * Adds one value. TensorBoard keeps it in single precision.
     *
     * @param tag the curve's name; a slash groups curves: {@code train/loss}
     * @throws AmalgamException if the file cannot be written
     */
    public void scalar(String tag, long step, double value) {
        byte[] entry = new Message().text(1, tag).float32(2, (float) value).bytes();
        byte[] summary = new Message().message(1, entry).bytes();
        event(new Message().varint(2, step).message(5, summary));
    }

    /** Hands what was added so far to the operating system. */
    public void flush() {
        attempt(out::flush);
    }

    /** The file that is written. */
    public Path file() {
        return file;
    }

    @Override
    public void close() {
        attempt(out::close);
    }

    private void event(Message fields) {
        double now = clock.millis() / 1000.0;
        byte[] event = new Message().float64(1, now).append(fields).bytes();
        attempt(() -> out.write(record(event)));
    }

    /** One TFRecord frame. */
    static byte[] record(byte[] data) {
        ByteBuffer frame = ByteBuffer.allocate(data.length + 16).order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(data.length);
        frame.putInt(maskedCrc(frame.array(), 0, 8));
        frame.put(data);
        frame.putInt(maskedCrc(data, 0, data.length));
        return frame.array();
    }

    /** CRC-32C, rotated and offset so that a checksum of data that holds checksums stays sound. */
    static int maskedCrc(byte[] data, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(data, offset, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }

    private interface Write {
        void run() throws IOException;
    }

    private void attempt(Write write) {
        try {
            write.run();
        } catch (IOException e) {
            throw new AmalgamException(file + ": cannot be written (" + e + "). Check the space left on the disk.", e);
        }
    }

    /** From the environment: asking the resolver could wait for a network that is not there. */
    private static String host() {
        return Optional.ofNullable(System.getenv("HOSTNAME"))
                .or(() -> Optional.ofNullable(System.getenv("COMPUTERNAME")))
                .filter(name -> name.matches("[A-Za-z0-9._-]{1,64}"))
                .orElse("localhost");
    }

    /** A protocol-buffer message under construction: the wire types that an event needs. */
    private static final class Message {

        private static final int VARINT = 0;
        private static final int FIXED64 = 1;
        private static final int LENGTH = 2;
        private static final int FIXED32 = 5;

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Message varint(int field, long value) {
            key(field, VARINT);
            raw(value);
            return this;
        }

        Message float64(int field, double value) {
            key(field, FIXED64);
            long bits = Double.doubleToLongBits(value);
            for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
                bytes.write((int) (bits >>> shift));
            }
            return this;
        }

        Message float32(int field, float value) {
            key(field, FIXED32);
            int bits = Float.floatToIntBits(value);
            for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                bytes.write(bits >>> shift);
            }
            return this;
        }

        Message text(int field, String value) {
            return message(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, byte[] value) {
            key(field, LENGTH);
            raw(value.length);
            bytes.writeBytes(value);
            return this;
        }

        Message append(Message other) {
            bytes.writeBytes(other.bytes());
            return this;
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }

        private void key(int field, int wireType) {
            raw(((long) field << 3) | wireType);
        }

        private void raw(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                bytes.write((int) ((rest & 0x7f) | 0x80));
                rest >>>= 7;
            }
            bytes.write((int) rest);
        }
    }
}
