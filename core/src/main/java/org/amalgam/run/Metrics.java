package org.amalgam.run;

/** Where the numbers of a run's steps go while it runs. */
@FunctionalInterface
public interface Metrics {

    /** Drops them. */
    Metrics NONE = (tag, step, value) -> {};

    /** One number of one step, counted from 0. */
    void scalar(String tag, long step, double value);
}
