package org.amalgam.analysis;

import org.amalgam.AmalgamException;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Two tasks, by name.
 *
 * @param first whose coefficient is λ1
 * @param second whose coefficient is λ2
 */
record Pair(String first, String second) {

    /** Every pair, neighbours first: the first few then have every task among them. */
    static List<Pair> all(List<String> tasks) {
        return IntStream.range(1, tasks.size())
                .boxed()
                .flatMap(apart -> IntStream.range(0, tasks.size() - apart)
                        .mapToObj(i -> new Pair(tasks.get(i), tasks.get(i + apart))))
                .toList();
    }

    /** A pair as the setting {@code pairs} gives it. */
    static Pair of(List<String> names) {
        if (names.size() != 2 || names.get(0).equals(names.get(1))) {
            throw new AmalgamException(
                    "analysis.pairs: " + names + " is not a pair; name two different tasks in each, [[a, b], [a, c]]");
        }
        return new Pair(names.get(0), names.get(1));
    }

    List<String> names() {
        return List.of(first, second);
    }

    /** Every task of some pairs, once. */
    static List<String> tasks(List<Pair> pairs) {
        List<String> tasks = new ArrayList<>();
        pairs.forEach(pair -> tasks.addAll(pair.names()));
        return tasks.stream().distinct().toList();
    }

    @Override
    public String toString() {
        return first + " and " + second;
    }
}
