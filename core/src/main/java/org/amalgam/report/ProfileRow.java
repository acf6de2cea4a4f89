package org.amalgam.report;

/**
 * One timed action.
 *
 * @param action what was timed: {@code forward pass}
 * @param calls how often, at least 1
 * @param totalSeconds how long altogether
 */
public record ProfileRow(String action, long calls, double totalSeconds) {

    public ProfileRow {
        if (calls < 1) {
            throw new IllegalArgumentException("action " + action + " was timed " + calls + " times");
        }
    }

    public double meanSeconds() {
        return totalSeconds / calls;
    }
}
