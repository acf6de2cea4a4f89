package org.amalgam.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A stream that is closed under a read for which nothing comes for too long: such a read waits for ever otherwise. */
final class Watched extends FilterInputStream {

    private static final ScheduledThreadPoolExecutor CLOCK = clock();

    private final Duration silence;

    Watched(InputStream stream, Duration silence) {
        super(stream);
        this.silence = silence;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Future<?> end = CLOCK.schedule(this::giveUp, silence.toNanos(), TimeUnit.NANOSECONDS);
        try {
            return in.read(bytes, offset, length);
        } finally {
            end.cancel(false);
        }
    }

    private void giveUp() {
        try {
            in.close();
        } catch (IOException alreadyBroken) {
            return;
        }
    }

    private static ScheduledThreadPoolExecutor clock() {
        ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "hub-watch");
            thread.setDaemon(true);
            return thread;
        });
        // Nearly every read is answered: what it would have ended with must not be kept until then.
        clock.setRemoveOnCancelPolicy(true);
        return clock;
    }
}
