package org.amalgam.settings;

import org.amalgam.AmalgamException;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The nearest right spelling of a mistyped name. */
public final class Spelling {

    private Spelling() {}

    /**
     * The candidate with the fewest insertions, deletions, replacements and swaps of neighbours; none if all are too far to be
     * what was meant. Case does not count, and {@code -} is {@code _}.
     */
    public static Optional<String> nearest(String given, Collection<String> candidates) {
        int limit = given.length() <= 4 ? 1 : given.length() <= 8 ? 2 : 3;
        return candidates.stream()
                .filter(candidate -> Math.abs(candidate.length() - given.length()) <= limit)
                .filter(candidate -> distance(given, candidate) <= limit)
                .min(Comparator.<String>comparingInt(candidate -> distance(given, candidate))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** {@code " Did you mean x?"}, or what else to say when nothing is near. */
    public static String hint(String given, Collection<String> candidates, String otherwise) {
        return nearest(given, candidates)
                .map(near -> " Did you mean " + near + "?")
                .orElse(otherwise);
    }

    /**
     * Refuses names that are none, with the nearest that is one.
     *
     * @param refusal what is said before the name
     * @throws AmalgamException of the first
     */
    public static void requireKnown(Collection<String> given, Collection<String> known, String refusal) {
        given.stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
            throw new AmalgamException(refusal + " " + name + "." + hint(name, known, ""));
        });
    }

    /** Optimal string alignment distance. */
    static int distance(String from, String to) {
        String a = from.toLowerCase(Locale.ROOT).replace('-', '_');
        String b = to.toLowerCase(Locale.ROOT).replace('-', '_');
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            cost[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            cost[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                cost[i][j] = Math.min(replaced, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], 1 + cost[i - 2][j - 2]);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
