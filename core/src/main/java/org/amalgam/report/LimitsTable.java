package org.amalgam.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** How far a run was from the machine's limit, as the page shows it. */
final class LimitsTable {

    private static final int DIGITS = 3;

    private LimitsTable() {}

    static Optional<Page.Reach> of(Limits limits) {
        if (limits.rates().isEmpty()) {
            return Optional.empty();
        }
        List<Page.Achieved> parts = new ArrayList<>();
        for (Limits.Rate rate : limits.rates()) {
            parts.add(new Page.Achieved(
                    rate.part(),
                    Numbers.significant(rate.seconds(), DIGITS),
                    number(rate.samples()),
                    number(rate.gflops()),
                    percent(limits.shareOfGemm(rate)),
                    number(rate.gigabytes()),
                    percent(limits.shareOfCopy(rate))));
        }
        return Optional.of(new Page.Reach(parts, peaks(limits.peaks())));
    }

    private static String peaks(Limits.Peaks peaks) {
        List<String> all = new ArrayList<>();
        peaks.gemmGflops()
                .ifPresent(rate -> all.add("matrix products " + Math.round(rate) + " GFLOP/s (" + peaks.gemm() + ")"));
        peaks.copyGigabytes()
                .ifPresent(rate ->
                        all.add("copying memory " + number(OptionalDouble.of(rate)) + " GB/s, read and written"));
        return String.join("; ", all);
    }

    private static String percent(OptionalDouble share) {
        return share.isPresent() ? Numbers.percent(share.getAsDouble()) : "";
    }

    private static String number(OptionalDouble value) {
        return value.isPresent()
                ? Numbers.brief(Double.parseDouble(Numbers.significant(value.getAsDouble(), DIGITS)))
                : "";
    }
}
