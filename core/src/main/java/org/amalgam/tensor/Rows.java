package org.amalgam.tensor;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Arrays for a block of several vectors: so short that a handful stays in a core's cache from one step to the next, and lent to
 * a thread, which gives them back by closing, so that computing block by block allocates nothing.
 */
public final class Rows implements AutoCloseable {

    /** Elements of a block at most. */
    public static final int ELEMENTS = 1 << 13;

    private static final ThreadLocal<Deque<float[]>> FREE = ThreadLocal.withInitial(ArrayDeque::new);

    private final float[][] rows;

    private Rows(float[][] rows) {
        this.rows = rows;
    }

    /** So many arrays [{@link #ELEMENTS}] of whatever numbers. */
    public static Rows lent(int count) {
        Deque<float[]> free = FREE.get();
        float[][] rows = new float[count][];
        for (int k = 0; k < count; k++) {
            float[] row = free.poll();
            rows[k] = row == null ? new float[ELEMENTS] : row;
        }
        return new Rows(rows);
    }

    public int count() {
        return rows.length;
    }

    public float[] row(int k) {
        return rows[k];
    }

    @Override
    public void close() {
        Deque<float[]> free = FREE.get();
        for (float[] row : rows) {
            free.push(row);
        }
    }
}
