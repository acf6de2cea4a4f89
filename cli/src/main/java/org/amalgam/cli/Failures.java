package org.amalgam.cli;

import org.amalgam.AmalgamException;

import java.io.PrintWriter;
import java.io.StringWriter;

/** How a run that fails ends: one line for the user, and the exit code. */
public final class Failures {

    /** A mistake that the user can mend. */
    public static final int USER = 2;

    /** A fault of amalgam or of the machine. */
    static final int FAULT = 1;

    /** Ended from outside, by Ctrl-C. */
    static final int INTERRUPTED = 130;

    private static final String INDENT = "\n" + " ".repeat("amalgam: ".length());

    private Failures() {}

    /** The exit code of a failure. */
    public static int code(Throwable failure) {
        return failure instanceof AmalgamException ? USER : FAULT;
    }

    /** What is printed: the message, and the stack trace if it is asked for. */
    static String text(Throwable failure, boolean debug) {
        return debug ? message(failure, true) + "\n" + stackTrace(failure).stripTrailing() : message(failure, false);
    }

    /** The failure in one line, for one job among others. */
    public static String sentence(Throwable failure) {
        return oneLine(message(failure, true).substring("amalgam: ".length()));
    }

    private static String message(Throwable failure, boolean debug) {
        if (failure instanceof AmalgamException) {
            return "amalgam: " + failure.getMessage().stripTrailing().replace("\n", INDENT);
        }
        if (failure instanceof OutOfMemoryError) {
            return "amalgam: out of memory (" + oneLine(failure.getMessage()) + ")." + INDENT
                    + "Give a run less with memory=2g, or Java more with AMALGAM_JAVA_OPTS=-Xmx4g.";
        }
        String again = debug ? "" : " Run it again with --debug to see where.";
        return "amalgam: " + failure.getClass().getSimpleName() + ": " + oneLine(failure.getMessage())
                + " (this is a fault of amalgam)." + again;
    }

    private static String oneLine(String message) {
        return message == null ? "no message" : message.strip().replaceAll("\\s*\\n\\s*", " ");
    }

    private static String stackTrace(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace, true));
        return trace.toString();
    }
}
