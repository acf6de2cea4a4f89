package org.amalgam.cli.run;

import org.amalgam.report.TensorBoardWriter;
import org.amalgam.run.Metrics;

import java.nio.file.Path;

/** Numbers of a run's steps as TensorBoard event files; the file is made with the first number. */
final class EventMetrics implements Metrics, AutoCloseable {

    private final Path folder;
    private TensorBoardWriter writer;

    EventMetrics(Path folder) {
        this.folder = folder;
    }

    @Override
    public void scalar(String tag, long step, double value) {
        if (writer == null) {
            writer = step == 0 ? TensorBoardWriter.open(folder) : TensorBoardWriter.resume(folder, step);
        }
        writer.scalar(tag, step, value);
    }

    @Override
    public void close() {
        if (writer != null) {
            writer.close();
        }
    }
}
