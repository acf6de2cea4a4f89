package org.amalgam.hub;

import java.time.Duration;
import java.util.Optional;

/** The hub did not answer, or answered that it cannot now. Another try may succeed; the cache may do instead. */
final class Unavailable extends Exception {

    private static final long serialVersionUID = 1;

    /** Seconds that the hub asks to wait; negative where it asks nothing. */
    private final long seconds;

    private final boolean unreached;

    private Unavailable(String message, long seconds, boolean unreached, Throwable cause) {
        super(message, cause);
        this.seconds = seconds;
        this.unreached = unreached;
    }

    /** No connection came about, and none did before. */
    static Unavailable unreached(String message, Throwable cause) {
        return new Unavailable(message, -1, true, cause);
    }

    /** A connection ended early. */
    static Unavailable cut(String message, Throwable cause) {
        return new Unavailable(message, -1, false, cause);
    }

    /** An answer that puts off, perhaps with the time to wait. */
    static Unavailable putOff(String message, Optional<Duration> pause) {
        return new Unavailable(message, pause.map(Duration::toSeconds).orElse(-1L), false, null);
    }

    /** How long the hub asks to wait. */
    Optional<Duration> pause() {
        return seconds < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
    }

    /** Whether asking again soon is in vain. */
    boolean isUnreached() {
        return unreached;
    }
}
