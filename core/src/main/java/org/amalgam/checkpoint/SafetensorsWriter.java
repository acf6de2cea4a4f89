package org.amalgam.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import org.amalgam.AmalgamException;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Span;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes safetensors files piece by piece, so that a file may exceed the memory. The header lists the tensors in the order given;
 * the data lie by width of their type, widest first, and in the order given within one width: so every tensor is aligned to its
 * type, which readers that view the file without copying rely on.
 *
 * <p>Where every byte goes is known from the shapes, so spans of tensors may be computed and written by several threads, in any
 * order.
 */
public final class SafetensorsWriter {

    private static final int ALIGNMENT = 8;

    private SafetensorsWriter() {}

    /** Produces a span of a tensor's bytes, row-major and little-endian; several threads may ask for spans at once. */
    @FunctionalInterface
    public interface Source {
        void writeTo(WritableByteChannel out, Span span) throws IOException;

        /** The spans that it is asked for. */
        default List<Span> spans(long elements) {
            return Span.of(elements);
        }
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
            int width = tensor.dtype().bytes();
            return new Entry(name, tensor.dtype(), tensor.shape(), (out, span) -> {
                int start = Math.toIntExact(span.start() * width);
                writeFully(out, tensor.data().slice(start, Math.toIntExact(span.length() * width)));
            });
        }

        /** A copy of a tensor of another file under a name of choice, passed through in mapped slices. */
        public static Entry of(String name, TensorSlot slot) {
            int width = slot.dtype().bytes();
            return new Entry(
                    name,
                    slot.dtype(),
                    slot.shape(),
                    (out, span) ->
                            writeFully(out, slot.read(span.start() * width, Math.toIntExact(span.length() * width))));
        }

        /** Length of the data. */
        public long bytes() {
            return Shapes.bytes(dtype, shape, "tensor " + name);
        }

        private long elements() {
            return Shapes.elements(shape, "tensor " + name);
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

    /** {@link #write(Path, Map, List, Crew, boolean)} by the thread that asks. */
    public static void write(Path target, Map<String, String> metadata, List<Entry> entries) {
        write(target, metadata, entries, Crew.ALONE, true);
    }

    /**
     * Writes the file, replacing one of that name only when the new one is complete.
     *
     * @param metadata pairs for the header besides {@code format: pt}, which readers of the transformers library insist on
     * @param crew computes and writes spans
     * @param forced whether it is forced to disk before it has its name
     * @throws AmalgamException if the disk refuses
     * @throws IllegalArgumentException if two entries have one name
     * @throws IllegalStateException if a source produced more or fewer bytes than its entry's shape asks for
     */
    static void write(Path target, Map<String, String> metadata, List<Entry> entries, Crew crew, boolean forced) {
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
        AtomicFile.write(target, forced, channel -> {
            writeFully(channel, header(metadata, entries, offsets));
            long data = channel.position();
            List<Part> parts = new ArrayList<>();
            for (Entry entry : inFileOrder) {
                long offset = data + offsets.get(entry.name());
                entry.source().spans(entry.elements()).forEach(span -> parts.add(new Part(entry, span, offset)));
            }
            try {
                crew.deal(parts, part -> part.writeTo(channel, target));
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
    }

    /** A span of a tensor whose data begin at that position of the file. */
    private record Part(Entry entry, Span span, long offset) {

        /** The bytes written. */
        long writeTo(FileChannel channel, Path target) {
            int width = entry.dtype().bytes();
            PositionedChannel out = new PositionedChannel(channel, offset + span.start() * width);
            try {
                entry.source().writeTo(out, span);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (out.written() != span.length() * width) {
                throw new IllegalStateException(
                        "%s: %d elements of tensor %s have %d bytes by their type, the source wrote %d"
                                .formatted(target, span.length(), entry.name(), span.length() * width, out.written()));
            }
            return out.written();
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
