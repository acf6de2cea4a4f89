package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The directory of a zip archive whose entries are stored, not compressed, as PyTorch writes them: so each is a region of the
 * file that can be mapped, and no entry can be larger than the file. Offsets are those of the zip specification, APPNOTE 4.3.
 */
final class StoredZip {

    /**
     * An entry's data.
     *
     * @param offset position in the file
     */
    record Entry(String name, long offset, long bytes) {}

    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int MAX_COMMENT = 0xffff;
    private static final int ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
    private static final int ZIP64_LOCATOR_BYTES = 20;
    private static final int ZIP64_END_SIGNATURE = 0x06064b50;
    private static final int ZIP64_END_BYTES = 56;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int LOCAL_BYTES = 30;
    private static final int ZIP64_EXTRA = 1;
    private static final long IN_ZIP64_EXTRA = 0xffff_ffffL;

    private final Path file;
    private final FileChannel channel;
    private final long fileBytes;

    private StoredZip(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.fileBytes = channel.size();
    }

    /**
     * The entries by name.
     *
     * @throws AmalgamException if the file is no sound zip archive, or an entry is compressed, encrypted or named twice
     */
    static Map<String, Entry> entries(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new StoredZip(file, channel).read();
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new AmalgamException(file + ": the zip directory is damaged. Fetch the file again", e);
        } catch (IOException e) {
            throw Mapped.unreadable(file, e);
        }
    }

    private Map<String, Entry> read() throws IOException {
        ByteBuffer central = centralDirectory();
        Map<String, Entry> entries = new LinkedHashMap<>();
        while (central.remaining() >= Integer.BYTES && central.getInt(central.position()) == CENTRAL_SIGNATURE) {
            Entry entry = entry(central);
            if (entries.put(entry.name(), entry) != null) {
                throw fault("lists " + entry.name() + " twice");
            }
        }
        return entries;
    }

    private ByteBuffer centralDirectory() throws IOException {
        int tailBytes = (int) Math.min(fileBytes, END_BYTES + MAX_COMMENT);
        long tailStart = fileBytes - tailBytes;
        ByteBuffer tail = region(tailStart, tailBytes);
        int end = tailBytes - END_BYTES;
        while (end >= 0 && tail.getInt(end) != END_SIGNATURE) {
            end--;
        }
        if (end < 0) {
            throw fault("is no zip archive, or is truncated: it has no end of a zip directory. Fetch it again");
        }
        long length = Integer.toUnsignedLong(tail.getInt(end + 12));
        long offset = Integer.toUnsignedLong(tail.getInt(end + 16));
        int locator = end - ZIP64_LOCATOR_BYTES;
        if (locator >= 0 && tail.getInt(locator) == ZIP64_LOCATOR_SIGNATURE) {
            ByteBuffer zip64 = region(tail.getLong(locator + 8), ZIP64_END_BYTES);
            if (zip64.getInt(0) != ZIP64_END_SIGNATURE) {
                throw fault("the zip directory is damaged. Fetch the file again");
            }
            length = zip64.getLong(40);
            offset = zip64.getLong(48);
        }
        return region(offset, length);
    }

    private Entry entry(ByteBuffer central) throws IOException {
        int start = central.position();
        int flags = central.getShort(start + 8);
        int method = central.getShort(start + 10);
        long packed = Integer.toUnsignedLong(central.getInt(start + 20));
        long bytes = Integer.toUnsignedLong(central.getInt(start + 24));
        int nameBytes = Short.toUnsignedInt(central.getShort(start + 28));
        int extraBytes = Short.toUnsignedInt(central.getShort(start + 30));
        int commentBytes = Short.toUnsignedInt(central.getShort(start + 32));
        long local = Integer.toUnsignedLong(central.getInt(start + 42));
        byte[] name = new byte[nameBytes];
        central.position(start + 46).get(name);
        ByteBuffer zip64 = zip64Extra(central.slice(central.position(), extraBytes));
        int next = central.position() + extraBytes + commentBytes;
        central.position(Objects.checkIndex(next, central.limit() + 1));

        // the extra field holds, in this order, those of the three that did not fit
        bytes = bytes == IN_ZIP64_EXTRA ? zip64.getLong() : bytes;
        packed = packed == IN_ZIP64_EXTRA ? zip64.getLong() : packed;
        local = local == IN_ZIP64_EXTRA ? zip64.getLong() : local;

        String text = new String(name, StandardCharsets.UTF_8);
        if (method != 0 || packed != bytes || (flags & 1) != 0) {
            throw fault("entry " + text + " is compressed or encrypted, which torch.save never does; save it again");
        }
        return new Entry(text, dataOffset(text, local, bytes), bytes);
    }

    private long dataOffset(String name, long local, long bytes) throws IOException {
        ByteBuffer header = region(local, LOCAL_BYTES);
        if (header.getInt(0) != LOCAL_SIGNATURE) {
            throw fault("entry " + name + " is not where the zip directory says. Fetch the file again");
        }
        long offset = local
                + LOCAL_BYTES
                + Short.toUnsignedInt(header.getShort(26))
                + Short.toUnsignedInt(header.getShort(28));
        if (bytes < 0 || offset > fileBytes - bytes) {
            throw fault("entry " + name + " ends beyond the file: expected " + bytes + " bytes from byte " + offset
                    + ", the file has " + fileBytes + ". It is truncated; fetch it again");
        }
        return offset;
    }

    private static ByteBuffer zip64Extra(ByteBuffer extra) {
        extra.order(ByteOrder.LITTLE_ENDIAN);
        while (extra.remaining() >= 2 * Short.BYTES) {
            int id = Short.toUnsignedInt(extra.getShort());
            int length = Short.toUnsignedInt(extra.getShort());
            if (id == ZIP64_EXTRA) {
                return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            }
            extra.position(Math.min(extra.limit(), extra.position() + length));
        }
        return ByteBuffer.allocate(0);
    }

    private ByteBuffer region(long offset, long length) throws IOException {
        if (offset < 0 || length < 0 || length > Integer.MAX_VALUE || offset > fileBytes - length) {
            throw fault("the zip directory points beyond the file. It is truncated or damaged; fetch it again");
        }
        return ByteBuffer.wrap(Mapped.read(channel, offset, (int) length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private AmalgamException fault(String sentence) {
        return new AmalgamException(file + ": " + sentence);
    }
}
