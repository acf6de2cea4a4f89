package org.amalgam.cli;

import org.amalgam.run.Progress;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Progress that is shown at most once an interval, and once more at the end. */
final class PacedProgress implements Progress {

    /** A line every so often, where output is kept. */
    static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

    /** A line that is written over. */
    static final Duration SCREEN_INTERVAL = Duration.ofMillis(100);

    /** Where a state is shown. */
    interface Display {

        /** Shows a state after some seconds. */
        void show(long done, String status, double seconds);

        /** The task has ended; its last state has been shown. */
        void end();
    }

    private final Display display;
    private final long interval;
    private final LongSupplier clock;
    private final long started;
    private long shownAt;
    private long shown;
    private long done;
    private String status = "";

    /** @param clock nanoseconds, from any origin */
    PacedProgress(Display display, Duration interval, LongSupplier clock) {
        this.display = display;
        this.interval = interval.toNanos();
        this.clock = clock;
        this.started = clock.getAsLong();
        this.shownAt = started;
    }

    @Override
    public void step(long done, String status) {
        this.done = done;
        this.status = status;
        if (clock.getAsLong() - shownAt >= interval) {
            show();
        }
    }

    @Override
    public void close() {
        if (done != shown) {
            show();
        }
        display.end();
    }

    private void show() {
        shownAt = clock.getAsLong();
        shown = done;
        display.show(done, status, (shownAt - started) * 1e-9);
    }

    /** One plain line a state. */
    record Lines(String what, long total, Consumer<String> lines) implements Display {

        @Override
        public void show(long done, String status, double seconds) {
            lines.accept(ProgressText.line(what, done, total, status, seconds));
        }

        @Override
        public void end() {}
    }

    /** A bar on a terminal's last line, written over by each state. */
    record Bar(String what, long total, int columns, Consumer<String> out) implements Display {

        private static final String ERASE_TO_END_OF_LINE = "\u001b[K";

        Bar {
            out.accept("\r" + ProgressText.bar(what, 0, total, "", 0, columns - 1) + ERASE_TO_END_OF_LINE);
        }

        @Override
        public void show(long done, String status, double seconds) {
            out.accept("\r" + ProgressText.bar(what, done, total, status, seconds, columns - 1) + ERASE_TO_END_OF_LINE);
        }

        @Override
        public void end() {
            out.accept(System.lineSeparator());
        }
    }
}
