package org.amalgam.pool;

import org.amalgam.data.dataset.Sampler;

import java.util.Arrays;

/** Some samples of a task, as a task of its own. */
public final class Subset implements Task {

    private final Task whole;
    private final int[] rows;

    private Subset(Task whole, int[] rows) {
        this.whole = whole;
        this.rows = rows;
    }

    /**
     * So many samples drawn at random and kept in the data set's order; data sets are often sorted by class. The whole task where
     * it has no more.
     *
     * @param samples at least 1
     * @param purpose what they are drawn for; other purposes draw others
     */
    public static Task drawn(Task whole, int samples, long seed, String purpose) {
        if (samples >= whole.size()) {
            return whole;
        }
        int[] rows = new Sampler(seed, purpose + "/" + whole.name(), whole.size(), samples, true).batch(0);
        Arrays.sort(rows);
        return new Subset(whole, rows);
    }

    @Override
    public String name() {
        return whole.name();
    }

    @Override
    public int size() {
        return rows.length;
    }

    @Override
    public Head head() {
        return whole.head();
    }

    @Override
    public Batch batch(int[] among) {
        return whole.batch(named(among));
    }

    @Override
    public void prefetch(int[] among) {
        whole.prefetch(named(among));
    }

    @Override
    public void requireLabels() {
        whole.requireLabels();
    }

    @Override
    public String fingerprint() {
        return whole.fingerprint() + ", " + rows.length + " rows " + Integer.toHexString(Arrays.hashCode(rows));
    }

    private int[] named(int[] among) {
        return Arrays.stream(among).map(row -> rows[row]).toArray();
    }
}
