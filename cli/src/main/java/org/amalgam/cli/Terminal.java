package org.amalgam.cli;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;

/**
 * What the output is shown on.
 *
 * @param out whether standard output is a terminal
 * @param err whether standard error is a terminal
 * @param columns its width in characters
 * @param colour whether it is to show colours
 * @param charset what it encodes characters in
 */
public record Terminal(boolean out, boolean err, int columns, boolean colour, Charset charset) {

    private static final int USUAL_COLUMNS = 100;

    /** A file or a pipe: no colours, no bar. */
    public static Terminal none(Charset charset) {
        return new Terminal(false, false, USUAL_COLUMNS, false, charset);
    }

    /**
     * What the launcher found. The shell knows whether each stream is a terminal; Java knows only whether all of them are, and
     * from version 22 on not even that.
     *
     * @param environment {@code NO_COLOR} and {@code TERM=dumb} switch colours off
     * @param properties {@code amalgam.terminal} is {@code out}, {@code err} or {@code out,err}; {@code amalgam.columns} its width
     */
    public static Terminal detect(Map<String, String> environment, Properties properties) {
        String streams = properties.getProperty("amalgam.terminal", "");
        boolean out = streams.contains("out");
        boolean err = streams.contains("err");
        boolean dumb = "dumb".equals(environment.get("TERM"));
        boolean colourless = !environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Terminal(
                out,
                err && !dumb,
                columns(properties.getProperty("amalgam.columns", "")),
                out && !dumb && !colourless,
                charset(properties));
    }

    /** Whether it can show a text. */
    boolean shows(String text) {
        return charset.canEncode() && charset.newEncoder().canEncode(text);
    }

    private static int columns(String text) {
        return text.matches("\\d{2,4}") ? Math.max(40, Integer.parseInt(text)) : USUAL_COLUMNS;
    }

    /** The locale's encoding, whatever {@code file.encoding} says of files. */
    private static Charset charset(Properties properties) {
        String name = properties.getProperty("native.encoding", "UTF-8");
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.US_ASCII;
    }
}
