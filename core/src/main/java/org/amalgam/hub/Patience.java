package org.amalgam.hub;

import org.amalgam.AmalgamException;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * How long a hub is asked again: the pauses double from the first to the longest, and a hub that asks for a pause gets it.
 *
 * @param tries without any progress
 * @param longestAsked a hub that asks for more is not waited for
 * @param silence after so long without a byte a connection counts as cut
 * @param sleep how to wait
 */
record Patience(int tries, Duration first, Duration longest, Duration longestAsked, Duration silence, Sleep sleep) {

    /** Waits. */
    @FunctionalInterface
    interface Sleep {
        void during(Duration pause) throws InterruptedException;
    }

    /** About a minute altogether; the hub's rate limits count in windows of five. */
    static final Patience USUAL = new Patience(
            7,
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            Duration.ofMinutes(6),
            Duration.ofSeconds(30),
            pause -> Thread.sleep(pause.toMillis()));

    /** A pause that a user would wonder at. */
    private static final Duration LONG = Duration.ofSeconds(8);

    /**
     * Does the work, again where the hub was unavailable.
     *
     * @param notice is told of a long pause
     * @throws Unavailable the last failure
     */
    <T> T during(Consumer<String> notice, Work<T> work) throws Unavailable {
        Tries tries = new Tries(notice);
        while (true) {
            try {
                return work.go();
            } catch (Unavailable failure) {
                tries.failed(failure);
            }
        }
    }

    /** What may have to be done again. */
    @FunctionalInterface
    interface Work<T> {
        T go() throws Unavailable;
    }

    /** The tries of one thing to do. */
    final class Tries {

        private final Consumer<String> notice;
        private int failures;

        Tries(Consumer<String> notice) {
            this.notice = notice;
        }

        /** What failed before no longer counts. */
        void progressed() {
            failures = 0;
        }

        /**
         * Waits before the next try.
         *
         * @throws Unavailable the failure, if there is no next try
         */
        void failed(Unavailable failure) throws Unavailable {
            failures++;
            Duration pause = failure.pause().orElseGet(this::backOff);
            if (failure.isUnreached() || failures >= tries || pause.compareTo(longestAsked) > 0) {
                throw failure;
            }
            if (pause.compareTo(LONG) >= 0) {
                notice.accept(failure.getMessage() + "; asking again in " + pause.toSeconds() + " s");
            }
            try {
                sleep.during(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AmalgamException("interrupted while waiting for the hub", e);
            }
        }

        private Duration backOff() {
            Duration pause = first.multipliedBy(1L << Math.min(failures - 1, 20));
            return pause.compareTo(longest) < 0 ? pause : longest;
        }
    }
}
