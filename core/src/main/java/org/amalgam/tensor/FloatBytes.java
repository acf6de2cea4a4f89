package org.amalgam.tensor;

import java.nio.ByteBuffer;

/**
 * Floating-point numbers as bytes, little-endian, and as float32 arrays: what {@code Tensor.to} does, for a few thousand numbers
 * at a time that stay in a core's first cache between two steps. Whether all are finite is told by the way, from their exponents.
 */
final class FloatBytes {

    /** Of four bfloat16 numbers in a long: the exponents, and what carries a full one into the sign's place. */
    private static final long BF16_EXPONENTS = 0x7f80_7f80_7f80_7f80L;

    private static final long BF16_CARRY = 0x0080_0080_0080_0080L;
    private static final long BF16_SIGNS = 0x8000_8000_8000_8000L;

    /** The same of two float32 numbers. */
    private static final long F32_EXPONENTS = 0x7f80_0000_7f80_0000L;

    private static final long F32_CARRIES = 0x0080_0000_0080_0000L;
    private static final long F32_SIGNS = 0x8000_0000_8000_0000L;

    private static final int F16_EXPONENT = 0x7c00;
    private static final int F32_EXPONENT = 0x7f80_0000;
    private static final int F32_CARRY = 0x0080_0000;

    /** Moves a float16's exponent, read in a float32's place, to where it belongs; exact for subnormal numbers too. */
    private static final float F16_SCALE = 0x1p112f;

    private FloatBytes() {}

    /** Types that {@link #decode} knows. */
    static boolean decodes(DType type) {
        return type == DType.BF16 || type == DType.F16 || type == DType.F32;
    }

    /** Types that {@link #encode} knows. */
    static boolean encodes(DType type) {
        return type == DType.BF16 || type == DType.F32;
    }

    /**
     * Reads {@code length} numbers from byte {@code from} on into the array's beginning.
     *
     * @return whether all are finite
     */
    static boolean decode(ByteBuffer bytes, int from, DType type, float[] into, int length) {
        return switch (type) {
            case BF16 -> decodeBf16(bytes, from, into, length);
            case F16 -> decodeF16(bytes, from, into, length);
            case F32 -> decodeF32(bytes, from, into, length);
            default -> throw new IllegalArgumentException("no floats are made of " + type);
        };
    }

    private static boolean decodeBf16(ByteBuffer bytes, int from, float[] into, int length) {
        int fours = length & ~3;
        long full = 0;
        for (int i = 0; i < fours; i += 4) {
            long four = bytes.getLong(from + 2 * i);
            full |= (four & BF16_EXPONENTS) + BF16_CARRY;
            int low = (int) four;
            int high = (int) (four >>> 32);
            into[i] = Float.intBitsToFloat(low << 16);
            into[i + 1] = Float.intBitsToFloat(low & 0xffff_0000);
            into[i + 2] = Float.intBitsToFloat(high << 16);
            into[i + 3] = Float.intBitsToFloat(high & 0xffff_0000);
        }
        for (int i = fours; i < length; i++) {
            int bits = bytes.getShort(from + 2 * i);
            full |= (bits & 0x7f80L) + 0x80L;
            into[i] = Float.intBitsToFloat(bits << 16);
        }
        return (full & BF16_SIGNS) == 0;
    }

    private static boolean decodeF16(ByteBuffer bytes, int from, float[] into, int length) {
        int full = 0;
        for (int i = 0; i < length; i++) {
            int bits = bytes.getShort(from + 2 * i);
            full |= (bits & F16_EXPONENT) + 0x0400;
            float magnitude = Float.intBitsToFloat((bits & 0x7fff) << 13) * F16_SCALE;
            into[i] = Float.intBitsToFloat(Float.floatToRawIntBits(magnitude) | (bits & 0x8000_0000));
        }
        return (full & 0x8000) == 0;
    }

    /** {@link #decode} of float32 numbers, whatever they are. */
    static void copy(ByteBuffer bytes, int from, float[] into, int length) {
        bytes.slice(from, length * Float.BYTES)
                .order(bytes.order())
                .asFloatBuffer()
                .get(into, 0, length);
    }

    /** A copy, as fast as memory is; then the exponents, two numbers at a time. */
    private static boolean decodeF32(ByteBuffer bytes, int from, float[] into, int length) {
        copy(bytes, from, into, length);
        long full = 0;
        int twos = length & ~1;
        for (int i = 0; i < twos; i += 2) {
            full |= (bytes.getLong(from + 4 * i) & F32_EXPONENTS) + F32_CARRIES;
        }
        if (twos < length) {
            full |= (bytes.getInt(from + 4 * twos) & (long) F32_EXPONENT) + F32_CARRY;
        }
        return (full & F32_SIGNS) == 0;
    }

    /**
     * Writes the array's first {@code length} numbers from byte {@code from} on, rounded to the nearest of that type, ties to
     * even.
     *
     * @return whether all were finite and still are
     */
    static boolean encode(float[] values, int length, DType type, ByteBuffer into, int from) {
        return switch (type) {
            case BF16 -> encodeBf16(values, length, into, from);
            case F32 -> encodeF32(values, length, into, from);
            default -> throw new IllegalArgumentException("floats are not written as " + type);
        };
    }

    private static boolean encodeBf16(float[] values, int length, ByteBuffer into, int from) {
        int fours = length & ~3;
        int before = 0;
        long after = 0;
        for (int i = 0; i < fours; i += 4) {
            int a = Float.floatToRawIntBits(values[i]);
            int b = Float.floatToRawIntBits(values[i + 1]);
            int c = Float.floatToRawIntBits(values[i + 2]);
            int d = Float.floatToRawIntBits(values[i + 3]);
            before |= full(a) | full(b) | full(c) | full(d);
            int low = (rounded(a) >>> 16) | (rounded(b) & 0xffff_0000);
            int high = (rounded(c) >>> 16) | (rounded(d) & 0xffff_0000);
            long four = (low & 0xffff_ffffL) | ((long) high << 32);
            after |= (four & BF16_EXPONENTS) + BF16_CARRY;
            into.putLong(from + 2 * i, four);
        }
        for (int i = fours; i < length; i++) {
            int bits = Float.floatToRawIntBits(values[i]);
            before |= full(bits);
            int half = rounded(bits) >>> 16;
            after |= (half & 0x7f80L) + 0x80L;
            into.putShort(from + 2 * i, (short) half);
        }
        return before >= 0 && (after & BF16_SIGNS) == 0;
    }

    /** Negative where the exponent is that of an infinity or NaN. */
    private static int full(int bits) {
        return (bits & F32_EXPONENT) + F32_CARRY;
    }

    /** The upper half is the rounded number. */
    private static int rounded(int bits) {
        return bits + 0x7fff + ((bits >>> 16) & 1);
    }

    private static boolean encodeF32(float[] values, int length, ByteBuffer into, int from) {
        int full = 0;
        for (int i = 0; i < length; i++) {
            int bits = Float.floatToRawIntBits(values[i]);
            full |= full(bits);
            into.putInt(from + 4 * i, bits);
        }
        return full >= 0;
    }
}
