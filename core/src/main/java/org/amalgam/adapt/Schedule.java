package org.amalgam.adapt;

/** How the learning rate goes over the steps. */
public enum Schedule {
    /** It stays. */
    CONSTANT {
        @Override
        public double rate(double initial, int step, int steps) {
            return initial;
        }
    },
    /** Half a cosine from the learning rate down to a tenth of it (Loshchilov and Hutter, SGDR, ICLR 2017). */
    COSINE {
        @Override
        public double rate(double initial, int step, int steps) {
            double least = 0.1 * initial;
            return least + (initial - least) * (1 + Math.cos(Math.PI * step / steps)) / 2;
        }
    };

    /** The rate of a step, counted from 0, of so many. */
    public abstract double rate(double initial, int step, int steps);
}
