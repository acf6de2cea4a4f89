package org.amalgam.tensor;

/**
 * Counts magnitudes of float32 numbers by their bits, which have the order of the magnitudes: first by the upper half, then,
 * among those of one upper half, by the lower. Two such passes find any of them by its rank, whatever their number.
 */
public final class Magnitudes {

    /** Different upper halves: the sign is left out. */
    public static final int UPPER = 1 << 15;

    /** Different lower halves. */
    public static final int LOWER = 1 << 16;

    /** Upper halves between which {@link #countBetween} counts at most. */
    public static final int MOST_BETWEEN = 8;

    private Magnitudes() {}

    /** The magnitude of these halves. */
    public static float of(int upper, int lower) {
        return Float.intBitsToFloat(upper << 16 | lower);
    }

    /** Adds the first {@code length} numbers to the counts [{@link #UPPER}]. */
    public static void countUpper(float[] vector, int length, long[] counts) {
        for (int i = 0; i < length; i++) {
            counts[Float.floatToRawIntBits(vector[i]) >>> 16 & UPPER - 1]++;
        }
    }

    /** Adds to the counts [{@link #LOWER}] those with that upper half. */
    public static void countLower(float[] vector, int length, int upper, long[] counts) {
        for (int i = 0; i < length; i++) {
            int bits = Float.floatToRawIntBits(vector[i]);
            if ((bits >>> 16 & UPPER - 1) == upper) {
                counts[bits & LOWER - 1]++;
            }
        }
    }

    /**
     * Adds to the counts [{@code uppers} x {@link #LOWER} + 1] those whose upper half is one of {@code uppers} from {@code upper}
     * on, in their order; the last count is of those below. Few are between, so that a processor guesses right where it branches.
     */
    public static void countBetween(float[] vector, int length, int upper, int uppers, long[] counts) {
        int first = upper << 16;
        int end = uppers << 16;
        int below = 0;
        for (int i = 0; i < length; i++) {
            int above = (Float.floatToRawIntBits(vector[i]) & Integer.MAX_VALUE) - first;
            below -= above >> 31;
            if (Integer.compareUnsigned(above, end) < 0) {
                counts[above]++;
            }
        }
        counts[end] += below;
    }
}
