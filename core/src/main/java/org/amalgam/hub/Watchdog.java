package org.amalgam.hub;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Closes a stream on which nothing has come for too long: a read of it waits for ever otherwise. */
final class Watchdog implements Closeable {

    private static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "hub-watchdog");
        thread.setDaemon(true);
        return thread;
    });

    private final Closeable watched;
    private final long silence;
    private final ScheduledFuture<?> rounds;
    private volatile long heard = System.nanoTime();

    Watchdog(Closeable watched, Duration silence) {
        this.watched = watched;
        this.silence = silence.toNanos();
        long round = Math.max(1, this.silence / 4);
        this.rounds = CLOCK.scheduleWithFixedDelay(this::look, round, round, TimeUnit.NANOSECONDS);
    }

    /** Something came. */
    void heard() {
        heard = System.nanoTime();
    }

    private void look() {
        if (System.nanoTime() - heard > silence) {
            try {
                watched.close();
            } catch (IOException alreadyBroken) {
                return;
            }
        }
    }

    @Override
    public void close() {
        rounds.cancel(false);
    }
}
