package org.amalgam.model;

import java.util.List;

/** A parameter that an architecture has: its name in checkpoints and its shape. */
public record ParameterSpec(String name, List<Long> shape) {

    public static ParameterSpec of(String name, long... shape) {
        return new ParameterSpec(name, java.util.Arrays.stream(shape).boxed().toList());
    }

    /** Number of scalars. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
