package org.amalgam.cli;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressState;
import org.amalgam.run.Progress;

import java.util.function.Consumer;

/** Progress on a terminal: one line that is written over, and stays when the task ends. */
final class BarProgress implements Progress {

    private static final int REFRESH_MILLIS = 200;
    private static final String ERASE_TO_END_OF_LINE = "\u001b[K";

    private final ProgressBar bar;

    BarProgress(String what, long total, int columns, Consumer<String> out) {
        this.bar = new ProgressBarBuilder()
                .setTaskName(what)
                .setInitialMax(total)
                .setUpdateIntervalMillis(REFRESH_MILLIS)
                .setRenderer(BarProgress::render)
                .setConsumer(new OneLine(columns, out))
                .build();
    }

    @Override
    public void step(long done, String status) {
        bar.setExtraMessage(status).stepTo(done);
    }

    @Override
    public void close() {
        bar.close();
    }

    private static String render(ProgressState state, int width) {
        return ProgressText.bar(
                state.getTaskName(),
                state.getCurrent(),
                state.getMax(),
                state.getExtraMessage(),
                state.getElapsedAfterStart().toMillis() * 1e-3,
                width);
    }

    /**
     * Where the bar is drawn. The library's own consumer would ask a native library for the terminal's width, which the launcher
     * has told already.
     */
    private record OneLine(int columns, Consumer<String> out) implements ProgressBarConsumer {

        @Override
        public int getMaxRenderedLength() {
            return columns - 1;
        }

        @Override
        public void accept(String rendered) {
            out.accept("\r" + rendered + ERASE_TO_END_OF_LINE);
        }

        @Override
        public void close() {
            out.accept("\n");
        }
    }
}
