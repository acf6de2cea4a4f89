package org.amalgam.data;

/**
 * The generator SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): small, fast, and fixed by this class, not by a Java version. Start
 * it at {@link Seeds#seed}, so that what is drawn depends on a seed and a purpose alone.
 */
public final class SplitMix64 {

    private static final long STEP = 0x9e3779b97f4a7c15L;

    private long state;

    public SplitMix64(long seed) {
        this.state = seed;
    }

    /** The generator after so many draws. */
    public static SplitMix64 after(long draws, long seed) {
        return new SplitMix64(seed + draws * STEP);
    }

    /** The next 64 random bits. */
    public long next() {
        state += STEP;
        long z = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** The next number, uniform among the multiples of 2^-24 in [0, 1). */
    public float uniform() {
        return (next() >>> 40) * 0x1p-24f;
    }
}
