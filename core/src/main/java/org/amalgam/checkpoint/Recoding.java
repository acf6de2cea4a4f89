package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Rounds floating-point tensors to another type, slice by slice: once, to nearest with ties to even. A number beyond what the type
 * holds is an error and never becomes an infinity.
 */
record Recoding(DType from, DType to, String where) {

    /** The slice in the other type. */
    ByteBuffer slice(ByteBuffer bytes) {
        int elements = bytes.remaining() / from.bytes();
        ByteBuffer out = ByteBuffer.allocate(elements * to.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        int start = bytes.position();
        for (int i = 0; i < elements; i++) {
            put(out, value(bytes, start, i));
        }
        return out.flip();
    }

    private double value(ByteBuffer bytes, int start, int i) {
        return switch (from) {
            case F64 -> bytes.getDouble(start + 8 * i);
            case F32 -> bytes.getFloat(start + 4 * i);
            case F16 -> SmallFloats.fromHalf(bytes.getShort(start + 2 * i));
            case BF16 -> SmallFloats.fromBFloat16(bytes.getShort(start + 2 * i));
            case F8_E4M3 -> SmallFloats.fromE4M3(bytes.get(start + i));
            case F8_E5M2 -> SmallFloats.fromE5M2(bytes.get(start + i));
            case I64, I32, I16, I8, U8, BOOL -> throw new IllegalStateException(from + " is not rounded");
        };
    }

    private void put(ByteBuffer out, double value) {
        double rounded =
                switch (to) {
                    case F32 -> {
                        float single = (float) value;
                        out.putFloat(single);
                        yield single;
                    }
                    case BF16 -> {
                        short bits = SmallFloats.toBFloat16(SmallFloats.toOdd(value));
                        out.putShort(bits);
                        yield SmallFloats.fromBFloat16(bits);
                    }
                    case F16 -> {
                        short half = SmallFloats.toHalf(SmallFloats.toOdd(value));
                        out.putShort(half);
                        yield SmallFloats.fromHalf(half);
                    }
                    default -> throw new IllegalStateException("nothing is rounded to " + to);
                };
        if (Double.isInfinite(rounded) && !Double.isInfinite(value)) {
            throw new AmalgamException(where + " holds " + value + ", which is beyond what " + to + " can hold; "
                    + (to == DType.F16 && Math.abs(value) <= SmallFloats.GREATEST_BFLOAT16
                            ? "choose --dtype bfloat16 or "
                            : "")
                    + "leave the type as it is");
        }
    }
}
