package org.amalgam.model;

import java.util.List;

/** A parameter that an architecture has: its name in checkpoints and its shape. */
public record ParameterSpec(String name, List<Long> shape) {

    public static ParameterSpec of(String name, long... shape) {
        return new ParameterSpec(name, java.util.Arrays.stream(shape).boxed().toList());
    }

    /** Weight and bias of a layer norm. */
    public static List<ParameterSpec> norm(String name, int width) {
        return List.of(of(name + ".weight", width), of(name + ".bias", width));
    }

    /** Weight [out, in] and bias [out] of a linear map. */
    public static List<ParameterSpec> linear(String name, int out, int in) {
        return List.of(of(name + ".weight", out, in), of(name + ".bias", out));
    }

    /** Number of scalars. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
