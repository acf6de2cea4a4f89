package org.amalgam.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.run.Progress;
import org.amalgam.run.ProgressFactory;

import java.io.PrintStream;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Calm, aligned output. Narration ({@link #line}, {@link #item}) and results ({@link #result}, {@link #table}) go to standard output,
 * progress and warnings to standard error; so a pipe receives what was asked for and nothing else.
 */
public final class Console implements ProgressFactory {

    /** How much is said. */
    public enum Volume {
        /** Narration, progress and results. */
        NORMAL,
        /** Results alone. */
        QUIET,
        /** One JSON document alone. */
        JSON
    }

    private static final int LABEL = 9;
    private static final String BOLD = "\u001b[1m";
    private static final String FAINT = "\u001b[2m";
    private static final String RESET = "\u001b[0m";

    /** What stands for a character that the terminal cannot show. */
    private static final Map<Character, String> ASCII = Map.ofEntries(
            Map.entry('█', "#"),
            Map.entry('░', "."),
            Map.entry('…', ".."),
            Map.entry('±', "+-"),
            Map.entry('λ', "lambda"),
            Map.entry('·', "-"),
            Map.entry('–', "-"),
            Map.entry('—', "-"),
            Map.entry('×', "x"),
            Map.entry('→', "->"),
            Map.entry('≤', "<="),
            Map.entry('≥', ">="),
            Map.entry('’', "'"),
            Map.entry('τ', "tau"),
            Map.entry('θ', "theta"));

    private final PrintStream out;
    private final PrintStream err;
    private final Terminal terminal;
    private final Volume volume;
    private final Consumer<String> documents;

    public Console(PrintStream out, PrintStream err, Terminal terminal, Volume volume) {
        this(out, err, terminal, volume, out::println);
    }

    private Console(PrintStream out, PrintStream err, Terminal terminal, Volume volume, Consumer<String> documents) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
        this.volume = volume;
        this.documents = documents;
    }

    /** The same console at another volume. */
    public Console at(Volume changed) {
        return new Console(out, err, terminal, changed, documents);
    }

    /** The same console, which hands on the JSON of one of several works: its output is one document. */
    public Console handing(Consumer<String> all) {
        return new Console(out, err, terminal, volume, all);
    }

    public Volume volume() {
        return volume;
    }

    /** Width of the terminal in characters; 100 where there is none. */
    public int columns() {
        return terminal.columns();
    }

    /** A line of narration. */
    public void line(String text) {
        if (volume == Volume.NORMAL) {
            out.println(shown(text));
        }
    }

    /** A line of narration under a label: {@code plan     reads 13 MB}. */
    public void item(String label, String text) {
        line(faint(label) + " ".repeat(Math.max(1, LABEL - label.length())) + text);
    }

    /** A part of the result, one line or several. */
    public void result(String text) {
        if (volume != Volume.JSON) {
            out.println(shown(text.stripTrailing()));
        }
    }

    /** A part of the result: columns aligned as they say, and folded to the width of the terminal where it goes to one. */
    public void table(Table table) {
        table.lines(terminal.out() ? terminal.columns() : Integer.MAX_VALUE).forEach(this::result);
    }

    /** The result as JSON; nothing at the other volumes. */
    public void json(String document) {
        if (volume == Volume.JSON) {
            documents.accept(document.stripTrailing());
        }
    }

    /** {@link #json(String)} of plain values, maps, lists, texts and numbers, which are asked for where they are printed alone. */
    void jsonOf(Supplier<?> values) {
        if (volume == Volume.JSON) {
            json(new ObjectMapper().valueToTree(values.get()).toPrettyString());
        }
    }

    /** Something that the user should know though the run goes on. Never silenced: it goes to standard error. */
    public void warn(String text) {
        err.println(shown("amalgam: " + text));
    }

    /** The text in bold, where the terminal can. */
    public String bold(String text) {
        return styled(BOLD, text);
    }

    /** The text in a faint tone, where the terminal can. */
    public String faint(String text) {
        return styled(FAINT, text);
    }

    private String styled(String style, String text) {
        return terminal.colour() ? style + text + RESET : text;
    }

    @Override
    public Progress progress(String what, long total) {
        if (volume != Volume.NORMAL) {
            return Progress.NONE;
        }
        return terminal.err()
                ? new PacedProgress(
                        new PacedProgress.Bar(what, total, terminal.columns(), this::paint),
                        PacedProgress.SCREEN_INTERVAL,
                        System::nanoTime)
                : new PacedProgress(
                        new PacedProgress.Lines(what, total, text -> err.println(shown(text))),
                        PacedProgress.LOG_INTERVAL,
                        System::nanoTime);
    }

    private void paint(String text) {
        err.print(shown(text));
        err.flush();
    }

    /** The text in characters that the terminal can show. */
    private String shown(String text) {
        if (terminal.shows(text)) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        text.chars().forEach(code -> {
            char c = (char) code;
            plain.append(terminal.shows(String.valueOf(c)) ? String.valueOf(c) : ASCII.getOrDefault(c, "?"));
        });
        return plain.toString();
    }

    /** The streams' flush: what was said is seen before the process ends. */
    void flush() {
        out.flush();
        err.flush();
    }
}
