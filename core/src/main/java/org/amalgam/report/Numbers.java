package org.amalgam.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as a reader meets them, in no locale but the root. */
final class Numbers {

    private static final String[] BYTE_UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

    private Numbers() {}

    /** A share in [0, 1] as per cent with one decimal, without the sign. */
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }

    /**
     * As Python's {@code format(value, ".5")} with {@code digits} for 5: significant digits without trailing zeros, always
     * with a decimal point in fixed notation, and scientific where the integer part would leave no room for a decimal.
     */
    static String significant(double value, int digits) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return "0.0";
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        BigDecimal bare = rounded.stripTrailingZeros();
        int exponent = bare.precision() - bare.scale() - 1;
        if (exponent >= -4 && exponent < digits - 1) {
            return bare.setScale(Math.max(1, bare.scale()), RoundingMode.UNNECESSARY)
                    .toPlainString();
        }
        BigDecimal mantissa = bare.scaleByPowerOfTen(-exponent);
        return mantissa.setScale(Math.max(0, mantissa.scale()), RoundingMode.UNNECESSARY)
                        .toPlainString()
                + String.format(Locale.ROOT, "e%+03d", exponent);
    }

    /** A value for a table that people read: four significant digits. */
    static String brief(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        String text = significant(value, 4);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    /** A loss in nats with three decimals; a dash where it was not measured. */
    static String nats(double loss) {
        return Double.isNaN(loss) ? "–" : String.format(Locale.ROOT, "%.3f", loss);
    }

    /** A size in decimal units: {@code 13 MB}, {@code 3.5 GB}. */
    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (Math.abs(value) >= 999.5 && unit < BYTE_UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        String number = unit > 0 && Math.abs(value) < 9.95
                ? String.format(Locale.ROOT, "%.1f", value)
                : Long.toString(Math.round(value));
        return number + " " + BYTE_UNITS[unit];
    }

    /** A duration: {@code 0.4 s}, {@code 37 s}, {@code 3 min 5 s}, {@code 2 h 4 min}. */
    static String duration(double seconds) {
        if (seconds < 9.95) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + " s";
        }
        return whole < 3600
                ? whole / 60 + " min " + whole % 60 + " s"
                : whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }

    /** An integer in groups of three: {@code 113,448,705}. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
