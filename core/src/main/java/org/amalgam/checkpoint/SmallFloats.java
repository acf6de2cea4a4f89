package org.amalgam.checkpoint;

/** Floating-point formats that Java has no type for, converted by their bits; encoding rounds to nearest, ties to even. */
final class SmallFloats {

    private static final int HALF_SIGNIFICAND_BITS = 10;
    private static final int FLOAT_SIGNIFICAND_BITS = 23;
    private static final float HALF_SUBNORMAL_UNIT = 0x1p-24f;

    /** The greatest number that a bfloat16 holds. */
    static final float GREATEST_BFLOAT16 = 0x1.fep127f;

    private SmallFloats() {}

    /** IEEE 754 binary16: 1 sign, 5 exponent and 10 significand bits. Every value is exact in float. */
    static float fromHalf(short bits) {
        int exponent = (bits >> HALF_SIGNIFICAND_BITS) & 0x1f;
        int significand = bits & 0x3ff;
        float magnitude;
        if (exponent == 0) {
            magnitude = significand * HALF_SUBNORMAL_UNIT;
        } else {
            int widened = exponent == 0x1f ? 0xff : exponent - 15 + 127;
            magnitude = Float.intBitsToFloat(widened << FLOAT_SIGNIFICAND_BITS | significand << 13);
        }
        return bits < 0 ? -magnitude : magnitude;
    }

    /** The nearest binary16; magnitudes from 65520 on become infinite, NaN stays NaN. */
    static short toHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        float magnitude = Math.abs(value);
        if (Float.isNaN(value)) {
            return (short) (sign | 0x7e00);
        }
        if (magnitude >= 65520f) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x1p-14f) {
            // scaling by a power of two is exact, so the only rounding is that of rint; a carry gives the smallest
            // normal
            return (short) (sign | (int) Math.rint(magnitude / (double) HALF_SUBNORMAL_UNIT));
        }
        int rebiased = (bits & 0x7fffffff) - ((127 - 15) << FLOAT_SIGNIFICAND_BITS);
        return (short) (sign | roundToEven(rebiased, 13));
    }

    /** bfloat16: the upper half of a float. */
    static float fromBFloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The nearest bfloat16; NaN stays NaN. */
    static short toBFloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits < 0 ? 0x8000 | roundToEven(bits & 0x7fffffff, 16) : roundToEven(bits, 16));
    }

    /**
     * The value as a float; where none is equal, the one of its two neighbours whose last bit is 1 (for values beyond all floats the
     * greatest). Rounding it once more, to two bits less or fewer still, gives what rounding the value itself would: a tie that is
     * none never looks like one.
     */
    static float toOdd(double value) {
        float nearest = (float) value;
        if (Double.isNaN(value) || nearest == value) {
            return nearest;
        }
        float inner = Math.abs((double) nearest) > Math.abs(value) ? Math.nextAfter(nearest, 0) : nearest;
        return Float.intBitsToFloat(Float.floatToRawIntBits(inner) | 1);
    }

    /** 8-bit float with 5 exponent bits: the upper half of a binary16. */
    static float fromE5M2(byte bits) {
        return fromHalf((short) (bits << 8));
    }

    /** 8-bit float with 4 exponent bits and no infinities; all ones below the sign is NaN. */
    static float fromE4M3(byte bits) {
        int exponent = bits >> 3 & 0xf;
        int significand = bits & 0x7;
        float magnitude;
        if ((bits & 0x7f) == 0x7f) {
            magnitude = Float.NaN;
        } else if (exponent == 0) {
            magnitude = significand * 0x1p-9f;
        } else {
            magnitude = (8 + significand) * (float) Math.scalb(1.0, exponent - 10);
        }
        return bits < 0 ? -magnitude : magnitude;
    }

    private static int roundToEven(int bits, int dropped) {
        int lowest = bits >>> dropped & 1;
        return (bits + (1 << (dropped - 1)) - 1 + lowest) >>> dropped;
    }
}
