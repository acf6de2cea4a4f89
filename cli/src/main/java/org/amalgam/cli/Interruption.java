package org.amalgam.cli;

import org.amalgam.run.Workers;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Says one line when the process is ended from outside. The exit code, 130 after Ctrl-C, is the virtual machine's own; what a
 * run has begun to write is removed by those who write it.
 */
final class Interruption {

    private static final long PATIENCE_SECONDS = 20;

    private final CountDownLatch over = new CountDownLatch(1);

    private Interruption() {}

    /** @param bar whether a progress bar may stand on the line that the cursor is on */
    static Interruption watch(PrintStream err, boolean bar) {
        Interruption interruption = new Interruption();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            if (interruption.over.getCount() > 0) {
                                err.println();
                                err.println(
                                        "amalgam: interrupted. An adaptation or analysis goes on where it was with: amalgam resume FOLDER");
                                err.flush();
                                Workers.end();
                                interruption.await();
                            }
                        },
                        "interrupted"));
        return interruption;
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
