package org.amalgam.hub;

import org.amalgam.AmalgamException;

/** An access token. It goes into one header and nowhere else: no message, log or report can show it. */
public final class Token {

    private final String secret;

    private Token(String secret) {
        this.secret = secret;
    }

    /**
     * The token in a text; blanks around it do not count.
     *
     * @param source where it was found, for the message
     * @throws AmalgamException if it holds characters that no header may have; they are not shown
     */
    static Token of(String text, String source) {
        String secret = text.strip();
        if (!secret.matches("[\\x21-\\x7e]+")) {
            throw new AmalgamException(
                    source + " holds blanks or characters that no token has; give the token alone, on one line");
        }
        return new Token(secret);
    }

    String authorization() {
        return "Bearer " + secret;
    }

    /** The text without the token, in case someone else's words repeat it. */
    String removedFrom(String text) {
        return text.replace(secret, "***");
    }

    @Override
    public String toString() {
        return "Token[***]";
    }
}
