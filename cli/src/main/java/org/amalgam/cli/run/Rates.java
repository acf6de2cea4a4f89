package org.amalgam.cli.run;

import org.amalgam.model.Architecture;
import org.amalgam.model.ParameterSpec;
import org.amalgam.report.Limits;
import org.amalgam.run.Machine;
import org.amalgam.run.Machine.Gemm;
import org.amalgam.run.Profiler.PartTime;
import org.amalgam.run.Run;
import org.amalgam.tensor.DType;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Holds what the parts of a run did against what the machine can do. */
final class Rates {

    /** Rows: as many as a micro-batch may have. */
    private static final int LARGE = 1024;

    private static final int SMALL = 256;

    private Rates() {}

    /** The machine's peaks are measured now, those that bound what was done. */
    static Limits of(Architecture architecture, Run run) {
        // Before the measuring takes memory of its own.
        OptionalLong memory = Machine.peakResidentBytes();
        List<PartTime> parts = run.profiler().parts();
        List<Limits.Rate> rates = parts.stream()
                .filter(part -> part.seconds() > 0)
                .filter(part -> part.work().forwards() > 0 || part.work().bytes() > 0)
                .map(part -> rate(part, architecture))
                .toList();
        return new Limits(rates, peaks(rates, architecture, run), memory);
    }

    private static Limits.Rate rate(PartTime part, Architecture architecture) {
        return new Limits.Rate(
                part.part().label(),
                part.seconds(),
                aSecond((double) part.work().forwards(), part),
                aSecond(part.work().flops(architecture.forwardFlops()) / 1e9, part),
                aSecond(part.work().bytes() / 1e9, part));
    }

    private static OptionalDouble aSecond(double amount, PartTime part) {
        return amount > 0 ? OptionalDouble.of(amount / part.seconds()) : OptionalDouble.empty();
    }

    private static Limits.Peaks peaks(List<Limits.Rate> rates, Architecture architecture, Run run) {
        OptionalDouble copy = rates.stream().anyMatch(rate -> rate.gigabytes().isPresent())
                ? OptionalDouble.of(Machine.copyGigabytes(run.workers()))
                : OptionalDouble.empty();
        if (rates.stream().noneMatch(rate -> rate.gflops().isPresent())) {
            return new Limits.Peaks(OptionalDouble.empty(), "", copy);
        }
        DType type = run.precision().operands();
        record Measured(Gemm gemm, double gflops) {}
        // Of the two the faster: a small model's own shape may be beneath what the machine can do.
        Measured best = List.of(new Gemm(type, LARGE, LARGE, LARGE), likeTheModels(architecture, type, LARGE)).stream()
                .map(gemm -> new Measured(gemm, Machine.gflops(gemm, run.workers())))
                .max(Comparator.comparingDouble(Measured::gflops))
                .orElseThrow();
        return new Limits.Peaks(OptionalDouble.of(best.gflops()), best.gemm().toString(), copy);
    }

    /** A product of the models' own that is measured within a few milliseconds. */
    static Gemm small(Architecture architecture, DType type) {
        return likeTheModels(architecture, type, SMALL);
    }

    /** The largest linear map of a block. */
    private static Gemm likeTheModels(Architecture architecture, DType type, int rows) {
        List<String> maps =
                architecture.linears().stream().map(linear -> linear.weight()).toList();
        return architecture.parameters().stream()
                .filter(spec -> maps.contains(spec.name()))
                .max(Comparator.comparingLong(ParameterSpec::elements))
                .map(spec -> new Gemm(
                        type,
                        rows,
                        Math.toIntExact(spec.shape().get(1)),
                        Math.toIntExact(spec.shape().get(0))))
                .orElse(new Gemm(type, rows, LARGE, LARGE));
    }
}
