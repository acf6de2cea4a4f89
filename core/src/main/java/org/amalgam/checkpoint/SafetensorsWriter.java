package org.amalgam.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes safetensors files piece by piece, so that a file may exceed the memory. The header lists the tensors in the order given;
 * the data lie by width of their type, widest first, and in the order given within one width: so every tensor is aligned to its
 * type, which readers that view the file without copying rely on.
 */
public final class SafetensorsWriter {

    private static final int ALIGNMENT = 8;
    private static final long SLICE_BYTES = 1 << 26;

    private SafetensorsWriter() {}

    /** Produces a tensor's bytes, row-major and little-endian, in pieces of any size. */
    @FunctionalInterface
    public interface Source {
        void writeTo(WritableByteChannel out) throws IOException;
    }

    /**
     * One tensor to write.
     *
     * @param shape sizes of the axes, outermost first; empty for a scalar
     */
    public record Entry(String name, DType dtype, List<Long> shape, Source source) {

        public Entry {
            shape = List.copyOf(shape);
        }

        /** A tensor in memory. */
        public static Entry of(String name, HostTensor tensor) {
            return new Entry(name, tensor.dtype(), tensor.shape(), out -> writeFully(out, tensor.data()));
        }

        /** A copy of a tensor of another file under a name of choice, passed through in mapped slices. */
        public static Entry of(String name, TensorSlot slot) {
            return new Entry(name, slot.dtype(), slot.shape(), out -> {
                for (long from = 0; from < slot.bytes(); from += SLICE_BYTES) {
                    writeFully(out, slot.read(from, (int) Math.min(SLICE_BYTES, slot.bytes() - from)));
                }
            });
        }

        long bytes() {
            return Shapes.bytes(dtype, shape, "tensor " + name);
        }
    }

    /** Writes tensors held in memory, with no metadata but {@code format: pt}. */
    public static void write(Path target, Map<String, HostTensor> tensors) {
        write(
                target,
                Map.of(),
                tensors.entrySet().stream()
                        .map(e -> Entry.of(e.getKey(), e.getValue()))
                        .toList());
    }

    /**
     * Writes the file, replacing one of that name only when the new one is complete.
     *
     * @param metadata pairs for the header besides {@code format: pt}, which readers of the transformers library insist on
     * @throws AmalgamException if the disk refuses
     * @throws IllegalArgumentException if two entries have one name
     * @throws IllegalStateException if a source produced more or fewer bytes than its entry's shape asks for
     */
    public static void write(Path target, Map<String, String> metadata, List<Entry> entries) {
        List<Entry> inFileOrder = entries.stream()
                .sorted(Comparator.comparing(entry -> -entry.dtype().bytes()))
                .toList();
        Map<String, Long> offsets = new LinkedHashMap<>();
        long end = 0;
        for (Entry entry : inFileOrder) {
            if (offsets.put(entry.name(), end) != null) {
                throw new IllegalArgumentException("two tensors are named " + entry.name());
            }
            end += entry.bytes();
        }
        AtomicFile.write(target, channel -> {
            writeFully(channel, header(metadata, entries, offsets));
            for (Entry entry : inFileOrder) {
                writeData(target, channel, entry);
            }
        });
    }

    private static void writeData(Path target, FileChannel channel, Entry entry) throws IOException {
        long start = channel.position();
        entry.source().writeTo(channel);
        long written = channel.position() - start;
        if (written != entry.bytes()) {
            throw new IllegalStateException(target + ": tensor " + entry.name() + " has " + entry.bytes()
                    + " bytes by its shape, its source wrote " + written);
        }
    }

    private static ByteBuffer header(Map<String, String> metadata, List<Entry> entries, Map<String, Long> offsets)
            throws IOException {
        var json = new ByteArrayOutputStream();
        try (JsonGenerator out = new JsonFactory().createGenerator(json)) {
            out.writeStartObject();
            writeMetadata(out, metadata);
            for (Entry entry : entries) {
                long begin = offsets.get(entry.name());
                out.writeObjectFieldStart(entry.name());
                out.writeStringField("dtype", entry.dtype().name());
                writeIntegers(out, "shape", entry.shape());
                writeIntegers(out, "data_offsets", List.of(begin, begin + entry.bytes()));
                out.writeEndObject();
            }
            out.writeEndObject();
        }
        int padded = (json.size() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] spaces = new byte[padded - json.size()];
        Arrays.fill(spaces, (byte) ' ');
        return ByteBuffer.allocate(Safetensors.LENGTH_BYTES + padded)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded)
                .put(json.toByteArray())
                .put(spaces)
                .flip();
    }

    private static void writeMetadata(JsonGenerator out, Map<String, String> metadata) throws IOException {
        out.writeObjectFieldStart("__metadata__");
        out.writeStringField("format", "pt");
        for (Map.Entry<String, String> pair : metadata.entrySet()) {
            if (!pair.getKey().equals("format")) {
                out.writeStringField(pair.getKey(), pair.getValue());
            }
        }
        out.writeEndObject();
    }

    private static void writeIntegers(JsonGenerator out, String name, List<Long> values) throws IOException {
        out.writeArrayFieldStart(name);
        for (long value : values) {
            out.writeNumber(value);
        }
        out.writeEndArray();
    }

    private static void writeFully(WritableByteChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
