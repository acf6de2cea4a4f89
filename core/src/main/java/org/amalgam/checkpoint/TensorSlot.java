package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a tensor lies: known from a header alone, before a byte of data is read.
 *
 * @param shape sizes of the axes, outermost first; empty for a scalar
 * @param offset first byte of the data, counted from the start of the file
 * @param bytes length of the data; row-major, little-endian
 */
public record TensorSlot(String name, DType dtype, List<Long> shape, Path file, long offset, long bytes) {

    public TensorSlot {
        shape = List.copyOf(shape);
    }

    /** The same tensor under another name. */
    TensorSlot named(String other) {
        return new TensorSlot(other, dtype, shape, file, offset, bytes);
    }

    /** {@link #shape} as an array. */
    public long[] dimensions() {
        return Shapes.dimensions(shape);
    }

    public long elements() {
        return bytes / dtype.bytes();
    }

    /**
     * The data as a mapped, read-only, little-endian buffer; nothing is loaded.
     *
     * @throws AmalgamException if the tensor exceeds the 2 GB of one buffer (then use {@link #read}) or the file vanished
     */
    public ByteBuffer map() {
        if (bytes > Integer.MAX_VALUE) {
            throw new AmalgamException(file + ": tensor " + name + " has " + bytes
                    + " bytes, one buffer holds 2147483647; read it in slices");
        }
        return Mapped.region(file, offset, (int) bytes);
    }

    /**
     * {@code length} bytes of the data from byte {@code from} on, mapped as {@link #map} does.
     *
     * @throws IndexOutOfBoundsException if the slice is not inside the tensor
     */
    public ByteBuffer read(long from, int length) {
        if (from < 0 || length < 0 || from > bytes - length) {
            throw new IndexOutOfBoundsException("slice [" + from + ", " + from + " + " + length + ") of tensor " + name
                    + " with " + bytes + " bytes");
        }
        return Mapped.region(file, offset + from, length);
    }

    /** The whole tensor with its shape; mapped, and limited in size as {@link #map} is. */
    public HostTensor tensor() {
        return new HostTensor(dtype, shape, map());
    }
}
