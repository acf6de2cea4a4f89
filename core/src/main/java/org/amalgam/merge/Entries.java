package org.amalgam.merge;

import org.amalgam.tensor.Rows;

/**
 * The steps of a {@link Composition} on a block's arrays. Signs and zeros of task vectors come in no order that a processor could
 * foresee, so nothing here branches on an entry: masks are made of the numbers' bits.
 */
public final class Entries {

    private static final int SIGN = Integer.MIN_VALUE;
    private static final int MAGNITUDE = Integer.MAX_VALUE;

    private Entries() {}

    /** {@code row = row - other}. */
    public static void subtract(float[] row, float[] other, int length) {
        for (int i = 0; i < length; i++) {
            row[i] -= other[i];
        }
    }

    /** {@code row = row + number * other}. */
    public static void addScaled(float[] row, float[] other, float number, int length) {
        for (int i = 0; i < length; i++) {
            row[i] += number * other[i];
        }
    }

    /** {@code row = number * row}. */
    static void scale(float[] row, float number, int length) {
        for (int i = 0; i < length; i++) {
            row[i] *= number;
        }
    }

    /** {@code row = row + a * b}, entry by entry. */
    static void addProduct(float[] row, float[] a, float[] b, int length) {
        for (int i = 0; i < length; i++) {
            row[i] += a[i] * b[i];
        }
    }

    private static void add(float[] row, float[] other, int length) {
        for (int i = 0; i < length; i++) {
            row[i] += other[i];
        }
    }

    /** Sets entries of a magnitude below the cut-off, which is not negative, to 0 of their sign. */
    static void trim(float[] row, float cutoff, int length) {
        int least = Float.floatToRawIntBits(cutoff);
        for (int i = 0; i < length; i++) {
            int bits = Float.floatToRawIntBits(row[i]);
            int below = ((bits & MAGNITUDE) - least) >> 31;
            row[i] = Float.intBitsToFloat(bits & (~below | SIGN));
        }
    }

    /** The sum of the first {@code tasks} rows, into an array. */
    static void sum(Rows rows, int tasks, float[] into, int length) {
        System.arraycopy(rows.row(0), 0, into, 0, length);
        for (int k = 1; k < tasks; k++) {
            add(into, rows.row(k), length);
        }
    }

    /** How many of the numbers are above 0, less those below. */
    static long signs(float[] row, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            int bits = Float.floatToRawIntBits(row[i]);
            sum += ((bits >> 31) | 1) & someIfNot0(bits);
        }
        return sum;
    }

    /** All bits where the number is not 0, else none. */
    private static int someIfNot0(int bits) {
        return ((bits & MAGNITUDE) + MAGNITUDE) >> 31;
    }

    /**
     * Sets what has not the elected sign to 0.
     *
     * @param sums becomes the sums of the rows as they were; where one is 0, a number of the majority's sign
     * @param majority the sign where a sum is 0; undecided, 0, counts as negative
     */
    static void keepAgreeing(Rows rows, int tasks, float[] sums, double majority, int length) {
        sum(rows, tasks, sums, length);
        int otherwise = Float.floatToRawIntBits(majority > 0 ? 1f : -1f);
        for (int k = 0; k < tasks; k++) {
            float[] row = rows.row(k);
            for (int i = 0; i < length; i++) {
                int bits = Float.floatToRawIntBits(row[i]);
                int sum = Float.floatToRawIntBits(sums[i]);
                int decided = someIfNot0(sum);
                int elected = (sum & decided) | (otherwise & ~decided);
                row[i] = Float.intBitsToFloat(bits & ~((bits ^ elected) >> 31));
            }
        }
        if (majority != 0) {
            for (int i = 0; i < length; i++) {
                int sum = Float.floatToRawIntBits(sums[i]);
                int decided = someIfNot0(sum);
                sums[i] = Float.intBitsToFloat((sum & decided) | (otherwise & ~decided));
            }
        }
    }

    /** The sign of the entry of largest magnitude; 0 where both signs have it. */
    static void dominant(Rows rows, int tasks, float[] into, int length) {
        for (int i = 0; i < length; i++) {
            float highest = rows.row(0)[i];
            float lowest = highest;
            for (int k = 1; k < tasks; k++) {
                highest = Math.max(highest, rows.row(k)[i]);
                lowest = Math.min(lowest, rows.row(k)[i]);
            }
            into[i] = highest + lowest;
        }
    }

    /**
     * One entry of those of the tasks that take part.
     *
     * @param signs numbers of the sign that the largest magnitude gets; only {@link MergeFunction#MAX} looks at them
     */
    static void combine(Rows rows, int tasks, float[] signs, MergeFunction function, float[] into, int length) {
        switch (function) {
            case SUM -> sum(rows, tasks, into, length);
            case MEAN -> mean(rows, tasks, into, length);
            case MAX -> largest(rows, tasks, signs, into, length);
        }
    }

    private static void mean(Rows rows, int tasks, float[] into, int length) {
        for (int i = 0; i < length; i++) {
            float sum = 0;
            int count = 0;
            for (int k = 0; k < tasks; k++) {
                float value = rows.row(k)[i];
                sum += value;
                count -= someIfNot0(Float.floatToRawIntBits(value));
            }
            into[i] = sum / Math.max(1, count);
        }
    }

    private static void largest(Rows rows, int tasks, float[] signs, float[] into, int length) {
        for (int i = 0; i < length; i++) {
            float largest = 0;
            for (int k = 0; k < tasks; k++) {
                largest = Math.max(largest, Math.abs(rows.row(k)[i]));
            }
            into[i] = largest * Math.signum(signs[i]);
        }
    }
}
