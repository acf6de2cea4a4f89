package org.amalgam.cli.run;

import org.amalgam.cli.Failures;
import org.amalgam.cli.Version;
import org.amalgam.cli.config.Job;
import org.amalgam.cli.config.Multirun;
import org.amalgam.report.AccuracyTable;
import org.amalgam.report.AccuracyTable.Kind;
import org.amalgam.report.AccuracyTable.Row;
import org.amalgam.report.Input;
import org.amalgam.report.Limits;
import org.amalgam.report.MethodSection;
import org.amalgam.report.RunReport;
import org.amalgam.report.Versions;
import org.amalgam.run.Machine;
import org.amalgam.tensor.Natives;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The report on all jobs of a multirun: a row a job, and accuracy against what was swept. */
record Comparison(Multirun multirun, List<Jobs.Ended> all, Instant started) {

    RunReport report() {
        Map<Job, RunReport> reports = new LinkedHashMap<>();
        all.forEach(ended -> ended.report().ifPresent(report -> reports.put(ended.job(), report)));
        Set<String> tasks = new LinkedHashSet<>();
        Set<Input> inputs = new LinkedHashSet<>();
        reports.values().forEach(report -> {
            tasks.addAll(report.accuracy().tasks());
            inputs.addAll(report.inputs());
        });
        List<Row> rows = new ArrayList<>(baselines(List.copyOf(reports.values())));
        List<MethodSection> sections = new ArrayList<>();
        List<SweepFigure.Point> points = new ArrayList<>();
        reports.forEach((job, report) -> {
            String label = label(job);
            sections.add(section(label, report));
            report.accuracy().rows(Kind.MERGED).forEach(row -> {
                Row merged = new Row(label, Kind.MERGED, row.scores());
                rows.add(merged);
                points.add(new SweepFigure.Point(job.values(), merged));
            });
        });
        AccuracyTable table = new AccuracyTable(List.copyOf(tasks), rows);
        return new RunReport(
                title(reports.size()),
                table.rows().isEmpty() ? finding(reports.values()) : Optional.empty(),
                sections,
                table,
                List.copyOf(inputs),
                multirun.command(),
                Map.of(),
                Versions.ofThisMachine(Version.text(), Natives.LIBTORCH),
                seed(),
                started,
                Duration.between(started, Instant.now()).toMillis() / 1e3,
                Limits.ofMemory(Machine.peakResidentBytes()),
                notes(),
                SweepFigure.of(multirun.keys(), points, table).stream().toList());
    }

    /** Of all jobs; empty where they differ in it. */
    private OptionalLong seed() {
        long[] seeds = multirun.jobs().stream()
                .mapToLong(job -> job.config().settings().seed())
                .distinct()
                .toArray();
        return seeds.length == 1 ? OptionalLong.of(seeds[0]) : OptionalLong.empty();
    }

    private String title(int done) {
        String over = multirun.keys().isEmpty() ? "" : " over " + String.join(" and ", multirun.keys());
        return done + (done == 1 ? " run" : " runs") + over;
    }

    /** What analyses found; merges are compared by their accuracies. */
    private static Optional<String> finding(Collection<RunReport> reports) {
        List<String> findings = reports.stream()
                .flatMap(report -> report.finding().stream())
                .distinct()
                .toList();
        return findings.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", findings));
    }

    /** Two jobs of the same values, seeds not given, are told apart by their numbers. */
    private String label(Job job) {
        boolean isOnly = multirun.jobs().stream()
                        .filter(other -> other.label().equals(job.label()))
                        .count()
                == 1;
        return isOnly ? job.label() : job.label() + " (" + (job.number() + 1) + ")";
    }

    /** Ancestor and experts, where they are the same for every job. */
    private static List<Row> baselines(List<RunReport> reports) {
        List<List<Row>> each = reports.stream()
                .map(report -> report.accuracy().rows().stream()
                        .filter(row -> row.kind() != Kind.MERGED)
                        .toList())
                .distinct()
                .toList();
        return each.size() == 1 ? each.get(0) : List.of();
    }

    /** The figures of a merge are on its own page; an analysis has its finding and figures to compare, and no accuracies. */
    private static MethodSection section(String label, RunReport report) {
        MethodSection section = report.methods().get(0);
        return new MethodSection(
                label,
                report.finding().orElse(section.sentence()),
                section.citation(),
                section.settings(),
                section.modelInfo(),
                report.finding().isPresent() ? section.figures() : List.of(),
                section.profile());
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        for (Jobs.Ended ended : all) {
            ended.failure()
                    .ifPresent(failure -> notes.add("Job " + (ended.job().number() + 1) + ", "
                            + ended.job().label() + ", failed: " + Failures.sentence(failure)));
        }
        Set<String> seen = new LinkedHashSet<>();
        all.forEach(ended -> ended.report().ifPresent(report -> seen.addAll(report.notes())));
        notes.addAll(seen);
        return notes;
    }
}
