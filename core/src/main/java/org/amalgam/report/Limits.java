package org.amalgam.report;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How far a run was from what the machine can do.
 *
 * @param gflops 10^9 floating-point operations a second that the run achieved
 * @param gemmGflops the rate of a large matrix product on this machine, measured in the same run
 * @param peakMemoryBytes largest resident memory of the process
 */
public record Limits(OptionalDouble gflops, OptionalDouble gemmGflops, OptionalLong peakMemoryBytes) {

    /** Nothing measured. */
    public static Limits unknown() {
        return new Limits(OptionalDouble.empty(), OptionalDouble.empty(), OptionalLong.empty());
    }

    /** Achieved rate over the matrix product's rate; empty unless both were measured. */
    public OptionalDouble shareOfGemm() {
        return gflops.isPresent() && gemmGflops.isPresent() && gemmGflops.getAsDouble() > 0
                ? OptionalDouble.of(gflops.getAsDouble() / gemmGflops.getAsDouble())
                : OptionalDouble.empty();
    }
}
