package org.amalgam.figure;

/**
 * What an axis measures.
 *
 * @param name the quantity, as a reader says it: {@code step}, {@code entropy loss}
 * @param unit its unit, empty where it has none
 */
public record Axis(String name, String unit) {

    public static Axis of(String name) {
        return new Axis(name, "");
    }

    /** Name and unit, as written at the axis. */
    public String label() {
        return unit.isEmpty() ? name : name + " (" + unit + ")";
    }
}
