package org.amalgam.cli.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One run of a multirun.
 *
 * @param number counted from 0
 * @param values what it has of the keys that are swept, as it was written, by key
 * @param config its configuration
 */
public record Job(int number, Map<String, String> values, RunConfig config) {

    public Job {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** {@code method.lr=1e-4 seed=1}; {@code job 1} where nothing is swept. */
    public String label() {
        return values.isEmpty()
                ? "job " + (number + 1)
                : values.entrySet().stream()
                        .map(value -> value.getKey() + "=" + value.getValue())
                        .collect(Collectors.joining(" "));
    }
}
