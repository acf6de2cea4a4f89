package org.amalgam.settings;

/**
 * Where a value was given, in the words an error uses: {@code command line, argument 2} or {@code conf/method/mine.yaml, line 7}.
 *
 * @param where the words
 */
public record Source(String where) {

    /** Values that nobody gave: the defaults declared by the settings records. */
    public static final Source DEFAULTS = new Source("built-in default");

    /** An argument of the command line, counted from 1 as the user counts: options and their values included. */
    public static Source argument(int position) {
        return new Source("command line, argument " + position);
    }

    /** A line, counted from 1, of a file or another named text. */
    public static Source line(String name, int line) {
        return new Source(name + ", line " + line);
    }

    @Override
    public String toString() {
        return where;
    }
}
