package org.amalgam.settings;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of memory. Units are powers of 1024: {@code 4g} is 4 GiB.
 *
 * @param bytes the amount in bytes, at least 1
 */
public record ByteSize(long bytes) {

    private static final Pattern FORM = Pattern.compile("(\\d{1,12})(?:\\.(\\d{1,3}))?\\s*([kmgt]?)(?:i?b)?");

    public ByteSize {
        if (bytes < 1) {
            throw new IllegalArgumentException("a size is at least 1 byte");
        }
    }

    /**
     * Reads {@code 512m}, {@code 4g}, {@code 1.5 GB} or a plain number of bytes.
     *
     * @throws IllegalArgumentException if the text is not of this form
     */
    public static ByteSize parse(String text) {
        Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            throw new IllegalArgumentException("not a size: " + text);
        }
        int power = form.group(3).isEmpty() ? 0 : 1 + "kmgt".indexOf(form.group(3));
        double amount = Double.parseDouble(form.group(1) + "." + (form.group(2) == null ? "0" : form.group(2)));
        double bytes = amount * Math.pow(1024, power);
        if (bytes > Long.MAX_VALUE / 2.0) {
            throw new IllegalArgumentException("not a size of this world: " + text);
        }
        return new ByteSize((long) bytes);
    }

    /** The size as {@link #parse} reads it, in the largest unit that divides it. */
    @Override
    public String toString() {
        long amount = bytes;
        int power = 0;
        while (power < 4 && amount % 1024 == 0) {
            amount /= 1024;
            power++;
        }
        return power == 0 ? Long.toString(amount) : amount + String.valueOf("kmgt".charAt(power - 1));
    }
}
