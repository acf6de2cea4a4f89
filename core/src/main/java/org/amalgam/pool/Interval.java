package org.amalgam.pool;

/**
 * A 95 % confidence interval.
 *
 * @param low lower limit, in the unit of the value that it belongs to
 * @param high upper limit, at least {@code low}
 */
public record Interval(double low, double high) {

    /** The 97.5 % quantile of the standard normal distribution. */
    private static final double Z = 1.959963984540054;

    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException(
                    "interval [" + low + ", " + high + "] has its limits in the wrong order");
        }
    }

    /**
     * Wilson's score interval of a proportion (Wilson, JASA 1927). Unlike the normal approximation it stays inside [0, 1]
     * and does not shrink to nothing when every sample, or none, is right.
     *
     * @param proportion share of successes, in [0, 1]
     * @param samples number of independent trials, at least 1
     */
    public static Interval wilson(double proportion, long samples) {
        double n = samples;
        double shrink = 1 + Z * Z / n;
        double centre = (proportion + Z * Z / (2 * n)) / shrink;
        double half = Z / shrink * Math.sqrt(proportion * (1 - proportion) / n + Z * Z / (4 * n * n));
        return new Interval(
                Math.max(0, Math.min(proportion, centre - half)), Math.min(1, Math.max(proportion, centre + half)));
    }

    /** Half of the width: the number printed after ±. */
    public double half() {
        return (high - low) / 2;
    }
}
