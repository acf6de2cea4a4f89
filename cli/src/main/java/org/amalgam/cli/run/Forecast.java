package org.amalgam.cli.run;

import org.amalgam.method.Method;
import org.amalgam.model.Architecture;
import org.amalgam.run.Machine;
import org.amalgam.run.Work;
import org.amalgam.run.Workers;
import org.amalgam.tensor.DType;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * How long samples are likely to pass through networks, by the rate at which the machine multiplies matrices at the moment.
 *
 * @param adapting seconds of the steps in which a method learns; empty where there are none worth a word
 * @param judging seconds at most, since what an earlier run has judged is not judged again; empty likewise
 */
record Forecast(OptionalDouble adapting, OptionalDouble judging) {

    static final Forecast NONE = new Forecast(OptionalDouble.empty(), OptionalDouble.empty());

    /** What passes reach of the rate of products by themselves: 0.3 was measured of tiny networks, 0.7 of large ones. */
    private static final double SHARE = 0.5;

    /** Operations that are over in a few seconds on any machine, which need not be measured for them. */
    private static final double FEW_OPERATIONS = 5e11;

    /** Seconds below which nobody plans. */
    private static final double SHORT = 5;

    /**
     * Of a run on networks of that architecture.
     *
     * @param judged samples that pass forward to be judged, those of every model counted
     * @param operands in which the workers multiply
     */
    static Forecast of(Method.Steps steps, long judged, Architecture architecture, DType operands, Workers workers) {
        if (steps.count() == 0 && judged == 0) {
            return NONE;
        }
        double sample = architecture.forwardFlops();
        double adapting = Work.forwardAndBack(1).flops(sample) * steps.samples() * steps.count();
        double judging = Work.forward(1).flops(sample) * judged;
        if (adapting + judging < FEW_OPERATIONS) {
            return NONE;
        }
        double rate = SHARE * 1e9 * Machine.gflops(Rates.small(architecture, operands), workers);
        return new Forecast(seconds(adapting / rate), seconds(judging / rate));
    }

    private static OptionalDouble seconds(double seconds) {
        return seconds < SHORT ? OptionalDouble.empty() : OptionalDouble.of(seconds);
    }

    /** {@link #text(boolean)} of a run that begins. */
    String text() {
        return text(false);
    }

    /**
     * {@code about 40 s of adapting, up to 3 min of judging}; empty where there is nothing to say.
     *
     * @param resumed whether an earlier run has made some of the steps
     */
    String text(boolean resumed) {
        List<String> parts = new ArrayList<>();
        adapting.ifPresent(seconds ->
                parts.add("about " + rounded(seconds) + " of adapting" + (resumed ? " less what is done" : "")));
        judging.ifPresent(seconds -> parts.add("up to " + rounded(seconds) + " of judging"));
        return String.join(", ", parts);
    }

    /** {@code 40 s}, {@code 3 min}, {@code 2.5 h}: no closer than it is known. */
    static String rounded(double seconds) {
        if (seconds < 57.5) {
            return 5 * Math.max(1, Math.round(seconds / 5)) + " s";
        }
        if (seconds < 90 * 60) {
            return Math.round(seconds / 60) + " min";
        }
        double hours = seconds / 3600;
        return hours < 10 ? String.format(Locale.ROOT, "%.1f h", hours) : Math.round(hours) + " h";
    }
}
