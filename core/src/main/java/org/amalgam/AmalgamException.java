package org.amalgam;

/**
 * A mistake that the user can mend: names the file, tensor, key or row, what was expected, what was found and what to do.
 * The command line prints the message alone and ends with exit code 2.
 */
public final class AmalgamException extends RuntimeException {

    public AmalgamException(String message) {
        super(message);
    }

    public AmalgamException(String message, Throwable cause) {
        super(message, cause);
    }
}
