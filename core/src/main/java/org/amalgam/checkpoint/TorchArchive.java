package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A PyTorch archive being written: the pickle grows in memory, the tensors' bytes go to the file when it is saved. */
final class TorchArchive {

    private static final Map<DType, String> STORAGES =
            TorchStorages.TYPES.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
    private static final String FOLDER = "archive/";
    private static final int LOCAL_HEADER_BYTES = 30;
    private static final int EXTRA_HEADER_BYTES = 4;
    private static final int ALIGNMENT = 64;
    private static final int CHUNK_BYTES = 1 << 20;
    // one date for all files, so that equal tensors give equal bytes; Java takes the first of January for a date out of
    // range
    private static final LocalDateTime DATE = LocalDateTime.of(1980, 2, 1, 0, 0);

    private final Path file;
    private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    private final List<HostTensor> storages = new ArrayList<>();

    TorchArchive(Path file) {
        this.file = file;
        bytes(0x80, 2);
    }

    /** Appends the instructions that rebuild a row-major tensor from a storage of its own. */
    void writeTensor(HostTensor tensor) {
        String storage = STORAGES.get(tensor.dtype());
        if (storage == null) {
            throw new AmalgamException(file + ": " + tensor.dtype()
                    + " tensors have no place in a PyTorch file; write them as safetensors");
        }
        name("torch._utils", "_rebuild_tensor_v2");
        bytes('(', '(');
        text("storage");
        name("torch", storage);
        text(Integer.toString(storages.size()));
        text("cpu");
        integer(tensor.elements());
        bytes('t', 'Q');
        integer(0);
        tuple(tensor.shape());
        long[] strides = Shapes.rowMajorStrides(tensor.shape());
        tuple(Arrays.stream(strides).boxed().toList());
        bytes(0x89);
        emptyOrderedDictionary();
        bytes('t', 'R');
        storages.add(tensor);
    }

    void writeStateDict(Map<String, HostTensor> state) {
        emptyOrderedDictionary();
        bytes('(');
        state.forEach((name, tensor) -> {
            text(name);
            writeTensor(tensor);
        });
        bytes('u');
    }

    /** Writes the archive; entries are stored and start at multiples of 64 bytes, so that a reader can map them. */
    void save() {
        bytes('.');
        AtomicFile.write(file, channel -> {
            // the channel belongs to the atomic file, which still has to force it to disk
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
            ZipOutputStream zip = new ZipOutputStream(out);
            write(zip, channel, "data.pkl", ByteBuffer.wrap(pickle.toByteArray()));
            write(zip, channel, "byteorder", ascii("little"));
            for (int i = 0; i < storages.size(); i++) {
                write(zip, channel, "data/" + i, storages.get(i).data());
            }
            write(zip, channel, "version", ascii("3\n"));
            zip.finish();
            zip.flush();
        });
    }

    private static void write(ZipOutputStream zip, FileChannel channel, String name, ByteBuffer content)
            throws IOException {
        zip.flush();
        ZipEntry entry = new ZipEntry(FOLDER + name);
        CRC32 crc = new CRC32();
        crc.update(content.duplicate());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.remaining());
        entry.setCompressedSize(content.remaining());
        entry.setCrc(crc.getValue());
        entry.setTimeLocal(DATE);
        entry.setExtra(padding(
                channel.position() + LOCAL_HEADER_BYTES + entry.getName().length()));
        zip.putNextEntry(entry);
        byte[] chunk = new byte[Math.min(content.remaining(), CHUNK_BYTES)];
        while (content.hasRemaining()) {
            int length = Math.min(content.remaining(), chunk.length);
            content.get(chunk, 0, length);
            zip.write(chunk, 0, length);
        }
        zip.closeEntry();
    }

    /** An extra field, of the kind that PyTorch uses for it, after which the data start at a multiple of the alignment. */
    private static byte[] padding(long position) {
        int rest = (int) ((position + EXTRA_HEADER_BYTES) % ALIGNMENT);
        int zeros = (ALIGNMENT - rest) % ALIGNMENT;
        return ByteBuffer.allocate(EXTRA_HEADER_BYTES + zeros)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 'F')
                .put((byte) 'B')
                .putShort((short) zeros)
                .array();
    }

    private void emptyOrderedDictionary() {
        name("collections", "OrderedDict");
        bytes(')', 'R');
    }

    private void name(String module, String name) {
        bytes('c');
        pickle.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        bytes('X');
        pickle.writeBytes(little(Integer.BYTES).putInt(utf8.length).array());
        pickle.writeBytes(utf8);
    }

    private void tuple(List<Long> values) {
        bytes('(');
        values.forEach(this::integer);
        bytes('t');
    }

    private void integer(long value) {
        if (value == (int) value) {
            bytes('J');
            pickle.writeBytes(little(Integer.BYTES).putInt((int) value).array());
        } else {
            bytes(0x8a, Long.BYTES);
            pickle.writeBytes(little(Long.BYTES).putLong(value).array());
        }
    }

    private void bytes(int... values) {
        for (int value : values) {
            pickle.write(value);
        }
    }

    private static ByteBuffer little(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
