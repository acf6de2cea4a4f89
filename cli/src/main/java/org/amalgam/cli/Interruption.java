package org.amalgam.cli;

import org.amalgam.cli.config.ShellCommand;
import org.amalgam.run.Workers;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Says one line when the process is ended from outside. The exit code, 130 after Ctrl-C, is the virtual machine's own; what a
 * run has begun to write is removed by those who write it.
 */
public final class Interruption {

    private static final long PATIENCE_SECONDS = 20;

    /** What is said instead where the end from outside is the way to end, and the thread that waits for it. */
    private record Calm(String sentence, Thread waiting) {}

    private static volatile Calm calm;

    /** Back to the run that is at work, as a sentence; empty where none is. */
    private static volatile String way = "";

    private final CountDownLatch over = new CountDownLatch(1);

    private Interruption() {}

    /** @param bar whether a progress bar may stand on the line that the cursor is on */
    static Interruption watch(PrintStream err, boolean bar) {
        Interruption interruption = new Interruption();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            if (interruption.over.getCount() > 0) {
                                Calm wished = calm;
                                err.println();
                                err.println(
                                        wished != null
                                                ? "amalgam: " + wished.sentence()
                                                : "amalgam: interrupted." + way);
                                err.flush();
                                Workers.end();
                                if (wished != null) {
                                    wished.waiting().interrupt();
                                }
                                interruption.await();
                            }
                        },
                        "interrupted"));
        return interruption;
    }

    /**
     * From now on this thread serves until the process is ended from outside: it is interrupted then, and the sentence is said.
     *
     * @param sentence with a full stop
     */
    static void calmly(String sentence) {
        calm = new Calm(sentence, Thread.currentThread());
    }

    /** While a run is at work, how it goes on is told. */
    public interface Way extends AutoCloseable {
        @Override
        void close();
    }

    /** Until it is closed a run is at work in that folder, and can go on there. */
    public static Way resumable(Path folder) {
        way = " Go on with: amalgam resume " + ShellCommand.quoted(folder.toString());
        return () -> way = "";
    }

    /** The run has ended by itself: nothing is to be said any more. */
    void over() {
        over.countDown();
    }

    /** Lets the operations that are under way come to their end. */
    private void await() {
        try {
            if (!over.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                Thread.currentThread().interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
