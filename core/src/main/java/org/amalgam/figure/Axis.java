package org.amalgam.figure;

/**
 * What an axis measures.
 *
 * @param name the quantity, as a reader says it: {@code step}, {@code entropy loss}
 * @param unit its unit, empty where it has none
 * @param logarithmic whether equal lengths are equal ratios; all values are then above 0
 */
public record Axis(String name, String unit, boolean logarithmic) {

    /** A linear axis. */
    public Axis(String name, String unit) {
        this(name, unit, false);
    }

    public static Axis of(String name) {
        return new Axis(name, "");
    }

    /** The same quantity on a logarithmic axis. */
    public Axis inDecades() {
        return new Axis(name, unit, true);
    }

    /** Name and unit, as written at the axis. */
    public String label() {
        return unit.isEmpty() ? name : name + " (" + unit + ")";
    }
}
