package org.amalgam.cli;

/**
 * Brings the native libraries in while the configuration is composed, which needs none: together they are the better part of a
 * second before the first step.
 */
final class Preparation {

    private static volatile Thread thread;

    private Preparation() {}

    /** For a command that will compute. Whatever goes wrong, whoever needs the libraries is told. */
    static void begin(Program program) {
        Thread loading = new Thread(
                () -> {
                    try {
                        program.prepare();
                    } catch (RuntimeException | LinkageError told) {
                        return;
                    }
                },
                "natives");
        loading.setDaemon(true);
        thread = loading;
        loading.start();
    }

    /** Waits until nothing is loaded any more: a process that ends amid it may crash in the dynamic loader. */
    static void settle() {
        Thread loading = thread;
        if (loading == null) {
            return;
        }
        try {
            loading.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
