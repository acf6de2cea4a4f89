package org.amalgam.pool;

import org.amalgam.AmalgamException;

import java.util.List;
import java.util.Locale;

/**
 * Why something cannot be merged, and how that is mended.
 *
 * @param model its name in the pool; empty where no single one is to blame
 * @param tensors that disagree, by the names in the file; empty where it is not about tensors
 * @param cause what was found where, and what was expected: a sentence without its full stop
 * @param remedy what to do, a sentence likewise; empty where the cause says it
 */
public record Conflict(String model, Kind kind, List<String> tensors, String cause, String remedy) {

    /** What disagrees. */
    public enum Kind {
        /** The pool as a whole. */
        POOL,
        /** A folder or file that cannot be opened, or contradicts itself. */
        FILE,
        /** A tensor that one has and the other has not. */
        NAMES,
        /** The rows of the tables that have one a token, or what the configuration says of them. */
        VOCABULARY,
        /** A tensor's sizes. */
        SHAPES,
        /** A tensor's type: numbers that are no floating-point ones, or whole numbers that differ. */
        TYPES,
        /** What configurations say is computed with tensors that are alike. */
        NETWORK,
        /** One tensor under two names, whose values are two. */
        TIED,
        /** The method and the pool. */
        METHOD,
        /** What the run takes, and what it may. */
        MEMORY,
        /** What the run writes, and what there is room for. */
        DISK;

        /** In lower case, for people and for programs. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Conflict {
        tensors = List.copyOf(tensors);
    }

    /** What the user would have been told if it was thrown. */
    public static Conflict of(String model, Kind kind, AmalgamException refusal) {
        return new Conflict(model, kind, List.of(), refusal.getMessage(), "");
    }

    /** Cause and remedy. */
    public String sentence() {
        return remedy.isEmpty() ? cause : cause + "; " + remedy;
    }

    /**
     * Refuses work for these conflicts: tells the first and how many there are.
     *
     * @throws AmalgamException if there is any
     */
    public static void refuse(List<Conflict> conflicts) {
        if (!conflicts.isEmpty()) {
            String more = conflicts.size() == 1
                    ? ""
                    : " (the first of " + conflicts.size()
                            + " conflicts; bin/amalgam check with the same settings lists" + " them)";
            throw new AmalgamException(conflicts.get(0).sentence() + more);
        }
    }
}
