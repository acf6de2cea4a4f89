package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * NumPy's {@code .npy} arrays (<a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">format</a>),
 * versions 1 to 3, also under the name {@code .np}: little-endian numbers and booleans, in C or Fortran order.
 */
public final class NumpyFile {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    private static final Map<String, DType> TYPES = Map.of(
            "<f2",
            DType.F16,
            "<f4",
            DType.F32,
            "<f8",
            DType.F64,
            "<i2",
            DType.I16,
            "<i4",
            DType.I32,
            "<i8",
            DType.I64,
            "|i1",
            DType.I8,
            "|u1",
            DType.U8,
            "|b1",
            DType.BOOL);
    private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9,\\s]*)\\)");

    private NumpyFile() {}

    /**
     * Reads an array; one in Fortran order is rearranged to row-major.
     *
     * @throws AmalgamException if the file is no array of a type named above, or its data are not as long as its shape asks for
     */
    public static HostTensor read(Path file) {
        ByteBuffer bytes;
        try {
            long length = Files.size(file);
            if (length > Integer.MAX_VALUE) {
                throw new AmalgamException(file + ": expected at most 2147483647 bytes, found " + length);
            }
            bytes = Mapped.region(file, 0, (int) length);
        } catch (IOException e) {
            throw Mapped.unreadable(file, e);
        }
        String header = header(file, bytes);
        String descr = field(file, header, DESCR, "descr with one type");
        DType dtype = TYPES.get(descr);
        if (dtype == null) {
            throw new AmalgamException(file + ": has elements of type " + descr + ", expected one of "
                    + TYPES.keySet().stream().sorted().collect(Collectors.joining(", "))
                    + ". Convert it with numpy's astype('<f4')");
        }
        List<Long> shape = shape(file, field(file, header, SHAPE, "shape"));
        long expected = Shapes.bytes(dtype, shape, file.toString());
        if (bytes.remaining() != expected) {
            throw new AmalgamException(file + ": " + descr + " of shape " + shape + " has " + expected
                    + " bytes, found " + bytes.remaining() + " after the header");
        }
        ByteBuffer data = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        long[] strides =
                strides(shape, field(file, header, ORDER, "fortran_order").equals("True"));
        return new HostTensor(
                dtype,
                shape,
                Strided.isRowMajor(shape, strides) ? data : Strided.rowMajor(data, dtype, shape, strides));
    }

    /**
     * Writes the values as float32 in C order, replacing a file of that name only when the new one is complete.
     *
     * @throws AmalgamException if the disk refuses
     */
    public static void write(Path file, HostTensor tensor) {
        HostTensor floats =
                tensor.dtype() == DType.F32 ? tensor : HostTensor.ofFloats(tensor.toFloats(), tensor.dimensions());
        String shape = floats.shape().stream().map(size -> size + ",").collect(Collectors.joining(" "));
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
        int prefix = MAGIC.length + 2 + Short.BYTES;
        int total = (prefix + header.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] spaces = new byte[total - prefix - header.length() - 1];
        Arrays.fill(spaces, (byte) ' ');
        ByteBuffer start = ByteBuffer.allocate(total)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) (total - prefix))
                .put(header.getBytes(StandardCharsets.US_ASCII))
                .put(spaces)
                .put((byte) '\n')
                .flip();
        AtomicFile.write(file, channel -> {
            for (ByteBuffer part : List.of(start, floats.data())) {
                while (part.hasRemaining()) {
                    channel.write(part);
                }
            }
        });
    }

    /** The header's text; leaves the buffer at the first byte of the data. */
    private static String header(Path file, ByteBuffer bytes) {
        int prefix = MAGIC.length + 2;
        byte[] magic = new byte[MAGIC.length];
        if (bytes.remaining() >= prefix) {
            bytes.get(magic);
        }
        if (!Arrays.equals(magic, MAGIC)) {
            throw new AmalgamException(file + ": does not start as a .npy file does; is it one?");
        }
        int version = bytes.get();
        bytes.get();
        if (version < 1 || version > 3) {
            throw new AmalgamException(file + ": has format version " + version + ", expected 1, 2 or 3");
        }
        int lengthBytes = version == 1 ? Short.BYTES : Integer.BYTES;
        long length = -1;
        if (bytes.remaining() >= lengthBytes) {
            length = version == 1 ? Short.toUnsignedInt(bytes.getShort()) : Integer.toUnsignedLong(bytes.getInt());
        }
        if (length < 0 || length > bytes.remaining()) {
            throw new AmalgamException(
                    file + ": is truncated within its header, at byte " + bytes.capacity() + ". Fetch it again");
        }
        byte[] text = new byte[(int) length];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static String field(Path file, String header, Pattern pattern, String what) {
        Matcher matcher = pattern.matcher(header);
        if (!matcher.find()) {
            throw new AmalgamException(file + ": the header names no " + what + ", found " + header.strip());
        }
        return matcher.group(1);
    }

    private static List<Long> shape(Path file, String text) {
        try {
            return Arrays.stream(text.split(","))
                    .map(String::strip)
                    .filter(size -> !size.isEmpty())
                    .map(Long::valueOf)
                    .toList();
        } catch (NumberFormatException e) {
            throw new AmalgamException(file + ": has shape (" + text + "), expected sizes below 2^63", e);
        }
    }

    private static long[] strides(List<Long> shape, boolean fortran) {
        if (!fortran) {
            return Shapes.rowMajorStrides(shape);
        }
        long[] strides = new long[shape.size()];
        long step = 1;
        for (int axis = 0; axis < strides.length; axis++) {
            strides[axis] = step;
            step *= Math.max(shape.get(axis), 1);
        }
        return strides;
    }
}
