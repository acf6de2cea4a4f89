package org.amalgam.checkpoint;

import org.amalgam.AmalgamException;
import org.amalgam.tensor.DType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Rounds floating-point tensors to another type, slice by slice, to nearest with ties to even. */
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

    private float value(ByteBuffer bytes, int start, int i) {
        return switch (from) {
            case F64 -> (float) bytes.getDouble(start + 8 * i);
            case F32 -> bytes.getFloat(start + 4 * i);
            case F16 -> SmallFloats.fromHalf(bytes.getShort(start + 2 * i));
            case BF16 -> SmallFloats.fromBFloat16(bytes.getShort(start + 2 * i));
            case F8_E4M3 -> SmallFloats.fromE4M3(bytes.get(start + i));
            case F8_E5M2 -> SmallFloats.fromE5M2(bytes.get(start + i));
            case I64, I32, I16, I8, U8, BOOL -> throw new IllegalStateException(from + " is not rounded");
        };
    }

    private void put(ByteBuffer out, float value) {
        switch (to) {
            case F32 -> out.putFloat(value);
            case BF16 -> out.putShort(SmallFloats.toBFloat16(value));
            case F16 -> {
                short half = SmallFloats.toHalf(value);
                if ((half & 0x7fff) == 0x7c00 && !Float.isInfinite(value)) {
                    throw new AmalgamException(
                            where + " holds " + value
                                    + ", which is beyond what F16 can hold; choose --dtype bfloat16 or leave the type as it is");
                }
                out.putShort(half);
            }
            default -> throw new IllegalStateException("nothing is rounded to " + to);
        }
    }
}
