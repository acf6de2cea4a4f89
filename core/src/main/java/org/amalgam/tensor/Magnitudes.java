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

    private static final ThreadLocal<int[]> SCRATCH = ThreadLocal.withInitial(() -> new int[Span.ELEMENTS]);

    private Magnitudes() {}

    /** The magnitude of these halves. */
    public static float of(int upper, int lower) {
        return Float.intBitsToFloat(upper << 16 | lower);
    }

    /**
     * Adds to the counts [{@link #UPPER}].
     *
     * @param vector float32, at most {@link Span#ELEMENTS}
     */
    public static void countUpper(Tensor vector, long[] counts) {
        int[] bits = bits(vector);
        int length = Math.toIntExact(vector.elements());
        for (int i = 0; i < length; i++) {
            counts[bits[i] >>> 16 & UPPER - 1]++;
        }
    }

    /** Adds to the counts [{@link #LOWER}] those with that upper half. */
    public static void countLower(Tensor vector, int upper, long[] counts) {
        int[] bits = bits(vector);
        int length = Math.toIntExact(vector.elements());
        for (int i = 0; i < length; i++) {
            if ((bits[i] >>> 16 & UPPER - 1) == upper) {
                counts[bits[i] & LOWER - 1]++;
            }
        }
    }

    private static int[] bits(Tensor vector) {
        int[] bits = SCRATCH.get();
        try (Scope scope = Scope.open()) {
            vector.contiguous().buffer().asIntBuffer().get(bits, 0, Math.toIntExact(vector.elements()));
        }
        return bits;
    }
}
