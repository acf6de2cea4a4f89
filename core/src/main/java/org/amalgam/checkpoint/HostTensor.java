package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * A tensor in ordinary or mapped memory, as files hold it: row-major, little-endian, at most 2 GB.
 *
 * @param shape sizes of the axes, outermost first; empty for a scalar
 * @param data exactly the tensor's bytes; a read-only view of the buffer given, whose content must not change any more
 */
public record HostTensor(DType dtype, List<Long> shape, ByteBuffer data) {

    /**
     * @throws IllegalArgumentException if the bytes are not as many as type and shape ask for
     * @throws AmalgamException if the shape is negative or overflows
     */
    public HostTensor {
        shape = List.copyOf(shape);
        data = data.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long expected = Shapes.bytes(dtype, shape, "tensor");
        if (data.remaining() != expected) {
            throw new IllegalArgumentException(
                    dtype + " of shape " + shape + " has " + expected + " bytes, given " + data.remaining());
        }
    }

    /** A float32 tensor. */
    public static HostTensor ofFloats(float[] values, long... shape) {
        ByteBuffer bytes = allocate(values.length, DType.F32);
        bytes.asFloatBuffer().put(values);
        return new HostTensor(DType.F32, listOf(shape), bytes);
    }

    /**
     * The values rounded to nearest in a 16-bit type, {@link DType#F16} or {@link DType#BF16}, ties to even.
     *
     * @throws IllegalArgumentException if the type is another one
     */
    public static HostTensor ofRounded(DType dtype, float[] values, long... shape) {
        if (dtype != DType.F16 && dtype != DType.BF16) {
            throw new IllegalArgumentException("expected F16 or BF16, given " + dtype);
        }
        ByteBuffer bytes = allocate(values.length, dtype);
        for (float value : values) {
            bytes.putShort(dtype == DType.F16 ? SmallFloats.toHalf(value) : SmallFloats.toBFloat16(value));
        }
        return new HostTensor(dtype, listOf(shape), bytes.flip());
    }

    /** A float64 tensor. */
    public static HostTensor ofDoubles(double[] values, long... shape) {
        ByteBuffer bytes = allocate(values.length, DType.F64);
        bytes.asDoubleBuffer().put(values);
        return new HostTensor(DType.F64, listOf(shape), bytes);
    }

    /** An int64 tensor. */
    public static HostTensor ofLongs(long[] values, long... shape) {
        ByteBuffer bytes = allocate(values.length, DType.I64);
        bytes.asLongBuffer().put(values);
        return new HostTensor(DType.I64, listOf(shape), bytes);
    }

    /** An independent position on the same read-only bytes, little-endian. */
    @Override
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** {@link #shape} as an array. */
    public long[] dimensions() {
        return Shapes.dimensions(shape);
    }

    /** Number of elements. */
    public int elements() {
        return data.capacity() / dtype.bytes();
    }

    /** The values as float32: exact but for float64 and wide integers, which are rounded to nearest. */
    public float[] toFloats() {
        float[] values = new float[elements()];
        if (dtype == DType.F32) {
            data().asFloatBuffer().get(values);
        } else {
            for (int i = 0; i < values.length; i++) {
                values[i] = dtype == DType.I64 ? data.getLong(8 * i) : (float) value(i);
            }
        }
        return values;
    }

    /** The values as float64: exact but for integers beyond 2^53. */
    public double[] toDoubles() {
        double[] values = new double[elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(i);
        }
        return values;
    }

    /**
     * The values of an integer or boolean tensor.
     *
     * @throws AmalgamException if the type is a floating one
     */
    public long[] toLongs() {
        if (dtype.isFloating()) {
            throw new AmalgamException("expected a tensor of integers, found " + dtype + " of shape " + shape);
        }
        long[] values = new long[elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = integer(i);
        }
        return values;
    }

    private double value(int i) {
        return switch (dtype) {
            case F64 -> data.getDouble(8 * i);
            case F32 -> data.getFloat(4 * i);
            case F16 -> SmallFloats.fromHalf(data.getShort(2 * i));
            case BF16 -> SmallFloats.fromBFloat16(data.getShort(2 * i));
            case F8_E4M3 -> SmallFloats.fromE4M3(data.get(i));
            case F8_E5M2 -> SmallFloats.fromE5M2(data.get(i));
            case I64, I32, I16, I8, U8, BOOL -> integer(i);
        };
    }

    private long integer(int i) {
        return switch (dtype) {
            case I64 -> data.getLong(8 * i);
            case I32 -> data.getInt(4 * i);
            case I16 -> data.getShort(2 * i);
            case I8 -> data.get(i);
            case U8 -> data.get(i) & 0xff;
            case BOOL -> data.get(i) == 0 ? 0 : 1;
            case F64, F32, F16, BF16, F8_E4M3, F8_E5M2 ->
                throw new IllegalStateException(dtype + " is no integer type");
        };
    }

    private static ByteBuffer allocate(int elements, DType dtype) {
        return ByteBuffer.allocate(Math.multiplyExact(elements, dtype.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static List<Long> listOf(long[] shape) {
        return Arrays.stream(shape).boxed().toList();
    }
}
