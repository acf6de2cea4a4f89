package org.amalgam.model;

import java.util.List;

/**
 * An attention layer that an architecture has.
 *
 * @param name what its parameters' names begin with
 * @param parameters their names
 */
public record AttentionSpec(String name, List<String> parameters) {

    public AttentionSpec {
        parameters = List.copyOf(parameters);
    }

    /** The layer of that name among an architecture's parameters. */
    public static AttentionSpec of(String name, List<ParameterSpec> among) {
        return new AttentionSpec(
                name,
                among.stream()
                        .map(ParameterSpec::name)
                        .filter(parameter -> parameter.startsWith(name + "."))
                        .toList());
    }
}
