package org.amalgam.data.image;

import org.amalgam.AmalgamException;

/** Resampling filters in the order of Pillow's numbers, which preprocessor configurations use. */
public enum Resample {
    NEAREST(0),
    LANCZOS(3),
    BILINEAR(1),
    BICUBIC(2),
    BOX(0.5),
    HAMMING(1);

    private final double support;

    Resample(double support) {
        this.support = support;
    }

    /**
     * The filter of Pillow's number.
     *
     * @param where the file and key that the error names
     * @throws AmalgamException if Pillow has no such filter
     */
    public static Resample of(int number, String where) {
        if (number < 0 || number >= values().length) {
            throw new AmalgamException(where + " is " + number
                    + ", expected 0 (nearest), 1 (lanczos), 2 (bilinear), 3 (bicubic), 4 (box) or 5 (hamming)");
        }
        return values()[number];
    }

    /** Half the width outside which the filter is zero, in source pixels when enlarging. */
    double support() {
        return support;
    }

    double weight(double x) {
        double distance = Math.abs(x);
        return switch (this) {
            case NEAREST -> throw new IllegalStateException("nearest neighbours have no weights");
            case BOX -> x > -0.5 && x <= 0.5 ? 1 : 0;
            case BILINEAR -> distance < 1 ? 1 - distance : 0;
            case HAMMING -> hamming(distance);
            case BICUBIC -> bicubic(distance);
            case LANCZOS -> x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
        };
    }

    /** Keys' cubic convolution with a = -0.5. */
    private static double bicubic(double x) {
        double a = -0.5;
        if (x < 1) {
            return ((a + 2) * x - (a + 3)) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }

    private static double hamming(double distance) {
        if (distance == 0) {
            return 1;
        }
        if (distance >= 1) {
            return 0;
        }
        double x = distance * Math.PI;
        return Math.sin(x) / x * (0.54 + 0.46 * Math.cos(x));
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
    }
}
