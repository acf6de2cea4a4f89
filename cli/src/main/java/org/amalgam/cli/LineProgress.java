package org.amalgam.cli;

import org.amalgam.run.Progress;

import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Progress where there is no terminal: a plain line every ten seconds, and a last one. */
final class LineProgress implements Progress {

    private static final long INTERVAL_NANOS = 10_000_000_000L;

    private final String what;
    private final long total;
    private final Consumer<String> lines;
    private final LongSupplier clock;
    private final long started;
    private long printedAt;
    private long printed = -1;
    private long done;
    private String status = "";

    LineProgress(String what, long total, Consumer<String> lines, LongSupplier clock) {
        this.what = what;
        this.total = total;
        this.lines = lines;
        this.clock = clock;
        this.started = clock.getAsLong();
        this.printedAt = started;
    }

    @Override
    public void step(long done, String status) {
        this.done = done;
        this.status = status;
        if (clock.getAsLong() - printedAt >= INTERVAL_NANOS) {
            print();
        }
    }

    @Override
    public void close() {
        if (done != printed && done > 0) {
            print();
        }
    }

    private void print() {
        long now = clock.getAsLong();
        printedAt = now;
        printed = done;
        lines.accept(ProgressText.line(what, done, total, status, (now - started) * 1e-9)
                .stripTrailing());
    }
}
