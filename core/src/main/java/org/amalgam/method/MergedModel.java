package org.amalgam.method;

import org.amalgam.adapt.Trace;
import org.amalgam.merge.Coefficients;
import org.amalgam.tensor.Weights;

import java.util.List;
import java.util.Optional;

/**
 * What a method makes of a pool.
 *
 * @param weights the merged parameters, in the ancestor's names and order
 * @param coefficients the merging coefficients, where the method has or learns them
 * @param trace what happened at each step, where the method adapts
 * @param notes sentences that a reader of the report should know
 */
public record MergedModel(
        Weights weights, Optional<Coefficients> coefficients, Optional<Trace> trace, List<String> notes) {

    /** A merge without anything to learn. */
    public static MergedModel of(Weights weights) {
        return new MergedModel(weights, Optional.empty(), Optional.empty(), List.of());
    }
}
