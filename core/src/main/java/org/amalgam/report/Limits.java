package org.amalgam.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How far a run was from what the machine can do.
 *
 * @param rates what the parts of the run achieved, those whose work is known, in the order in which they are told
 * @param peaks what the machine can do, measured in the same run
 * @param peakMemoryBytes largest resident memory of the process
 */
public record Limits(List<Rate> rates, Peaks peaks, OptionalLong peakMemoryBytes) {

    /**
     * What a part of a run achieved over its whole time: loading, waiting and everything else in it included.
     *
     * @param part {@code adapting}
     * @param seconds of the part
     * @param samples samples a second
     * @param gflops 10^9 floating-point operations a second, of the networks' own matrix products
     * @param gigabytes 10^9 bytes of parameters a second, read and written
     */
    public record Rate(
            String part, double seconds, OptionalDouble samples, OptionalDouble gflops, OptionalDouble gigabytes) {}

    /**
     * The peak rates of the machine, all of the run's workers together.
     *
     * @param gemmGflops of a large matrix product, 10^9 operations a second
     * @param gemm type and shape of that product: {@code float32, 1024 x 768 x 3072}
     * @param copyGigabytes of copying memory, 10^9 bytes a second, read and written
     */
    public record Peaks(OptionalDouble gemmGflops, String gemm, OptionalDouble copyGigabytes) {

        static final Peaks UNKNOWN = new Peaks(OptionalDouble.empty(), "", OptionalDouble.empty());
    }

    public Limits {
        rates = List.copyOf(rates);
    }

    /** Nothing measured. */
    public static Limits unknown() {
        return ofMemory(OptionalLong.empty());
    }

    /** Memory alone. */
    public static Limits ofMemory(OptionalLong peakBytes) {
        return new Limits(List.of(), Peaks.UNKNOWN, peakBytes);
    }

    /** The part that computed longest. */
    public Optional<Rate> headline() {
        return rates.stream().filter(rate -> rate.gflops().isPresent()).max(Comparator.comparingDouble(Rate::seconds));
    }

    /** Achieved rate over the matrix product's; empty unless both were measured. */
    public OptionalDouble shareOfGemm(Rate rate) {
        return share(rate.gflops(), peaks.gemmGflops());
    }

    /** Bytes a second over the copy's; empty unless both were measured. */
    public OptionalDouble shareOfCopy(Rate rate) {
        return share(rate.gigabytes(), peaks.copyGigabytes());
    }

    /** {@code adapting at 71 % of this machine's GEMM rate}, for each part. */
    public List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        for (Rate rate : rates) {
            shareOfGemm(rate).ifPresent(share -> sentences.add(sentence(rate, share, "GEMM rate")));
            shareOfCopy(rate).ifPresent(share -> sentences.add(sentence(rate, share, "copy rate")));
        }
        return sentences;
    }

    private static String sentence(Rate rate, double share, String limit) {
        String percent = share < 0.0095 ? Numbers.significant(100 * share, 1) : Long.toString(Math.round(100 * share));
        return rate.part() + " at " + percent + " % of this machine's " + limit;
    }

    private static OptionalDouble share(OptionalDouble achieved, OptionalDouble peak) {
        return achieved.isPresent() && peak.isPresent() && peak.getAsDouble() > 0
                ? OptionalDouble.of(achieved.getAsDouble() / peak.getAsDouble())
                : OptionalDouble.empty();
    }
}
