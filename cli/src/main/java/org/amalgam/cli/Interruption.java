package org.amalgam.cli;

import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Says one line when the process is ended from outside. The exit code, 130 after Ctrl-C, is the virtual machine's own; what a
 * run has begun to write is removed by those who write it.
 */
final class Interruption {

    private final AtomicBoolean running = new AtomicBoolean(true);

    private Interruption() {}

    /** @param bar whether a progress bar may stand on the line that the cursor is on */
    static Interruption watch(PrintStream err, boolean bar) {
        Interruption interruption = new Interruption();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            if (interruption.running.get()) {
                                err.println();
                                err.println(
                                        "amalgam: interrupted. An adaptation goes on where it was with: amalgam resume FOLDER");
                                err.flush();
                            }
                        },
                        "interrupted"));
        return interruption;
    }

    /** The run has ended by itself: nothing is to be said any more. */
    void over() {
        running.set(false);
    }
}
