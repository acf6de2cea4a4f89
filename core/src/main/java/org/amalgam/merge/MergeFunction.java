package org.amalgam.merge;

import java.util.Locale;

/** How the entries of the tasks that take part become one. */
public enum MergeFunction {
    SUM,
    /** Over the tasks whose entry was kept: is not 0. */
    MEAN,
    /** The largest magnitude, with the elected sign. */
    MAX;

    /** The function of that name; of a name with a prefix, as in {@code dis-sum}, what follows the last dash counts. */
    public static MergeFunction of(String name) {
        return valueOf(name.substring(name.lastIndexOf('-') + 1).toUpperCase(Locale.ROOT));
    }
}
