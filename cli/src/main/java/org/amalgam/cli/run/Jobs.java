package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.cli.Console;
import org.amalgam.cli.Failures;
import org.amalgam.cli.Table;
import org.amalgam.cli.config.Job;
import org.amalgam.cli.config.Multirun;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.report.HtmlReport;
import org.amalgam.report.JsonReport;
import org.amalgam.report.RunReport;
import org.amalgam.run.Run;
import org.amalgam.run.Workers;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * The jobs of a multirun, one after the other in one process: what one took is given back before the next begins. A job that
 * fails is reported and the others go on.
 */
final class Jobs {

    private Jobs() {}

    /** How a job ended: with a report, with a failure, or as a dry run with neither. */
    record Ended(Job job, Optional<RunReport> report, Optional<Throwable> failure) {}

    /** Runs them all; gives 0 where every job went well, 2 where the user can mend all failures, else 1 */
    static int execute(Multirun multirun, Folders folders, Console console) {
        Instant started = Instant.now();
        multirun.jobs().forEach(job -> bind(job, folders, console));
        List<Ended> all = new ArrayList<>();
        List<String> plans = new ArrayList<>();
        console.item("multirun", multirun.jobs().size() + " jobs into " + multirun.folder());
        for (Job job : multirun.jobs()) {
            console.line("");
            console.item("job", (job.number() + 1) + " of " + multirun.jobs().size() + values(job));
            all.add(ended(job, folders, console.handing(plans::add)));
        }
        console.line("");
        if (all.stream().anyMatch(ended -> ended.report().isPresent())) {
            RunReport report = new Comparison(multirun, all, started).report();
            Path page = multirun.folder().resolve(Run.PAGE);
            HtmlReport.write(report, page);
            JsonReport.write(report, multirun.folder().resolve(Run.REPORT));
            console.json(JsonReport.text(report));
            console.table(table(multirun, all));
            console.line("");
            console.item("report", page.toString());
        } else if (!plans.isEmpty()) {
            console.json(plans.stream().collect(Collectors.joining(", ", "[ ", " ]")));
        }
        return all.stream()
                .flatMap(ended -> ended.failure().stream())
                .mapToInt(Failures::code)
                .reduce(0, (one, other) -> one == 0 || other == 0 ? one + other : Math.min(one, other));
    }

    /** What the job has of the keys that are swept, after a comma; empty where none are. */
    private static String values(Job job) {
        return job.values().isEmpty() ? "" : ", " + job.label();
    }

    /** Reads a job's settings: a mistake in the last must not show after hours of the others. */
    private static void bind(Job job, Folders folders, Console console) {
        RunConfig config = job.config();
        try {
            Surroundings.of(config, folders, console);
            RunFolder.refuseOthers(RunFolder.place(job), RunFile.of(config));
            if (config.isAnalysis()) {
                AnalysisChoice.of(config.work());
            } else {
                MethodChoice.of(config.method());
            }
        } catch (AmalgamException e) {
            throw new AmalgamException("job " + (job.number() + 1) + values(job) + ": " + e.getMessage(), e);
        }
    }

    private static Ended ended(Job job, Folders folders, Console console) {
        if (job.config().settings().printConfig()) {
            console.result(job.config().yaml());
        }
        try {
            Optional<Done> done = Done.of(job.config(), () -> RunFolder.of(job), folders, console);
            done.ifPresent(end -> {
                end.report().notes().forEach(note -> console.item("note", note));
                end.report()
                        .finding()
                        .ifPresentOrElse(console::line, () -> console.item("average", result(end.report())));
            });
            return new Ended(job, done.map(Done::report), Optional.empty());
        } catch (Workers.Ending ended) {
            throw ended;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | LinkageError e) {
            console.warn("job " + (job.number() + 1) + values(job) + ": " + Failures.sentence(e));
            return new Ended(job, Optional.empty(), Optional.of(e));
        }
    }

    /** A row a job: its number, what it has of the swept keys, its average accuracy in per cent; an analysis has none. */
    private static Table table(Multirun multirun, List<Ended> all) {
        List<Table.Column> columns = new ArrayList<>(List.of(Table.Column.right("job")));
        multirun.keys().forEach(key -> columns.add(Table.Column.left(key)));
        boolean merges = all.stream().anyMatch(ended -> !ended.job().config().isAnalysis());
        columns.add(Table.Column.right(merges ? "average" : "result"));
        List<List<String>> rows = new ArrayList<>();
        for (Ended ended : all) {
            List<String> row =
                    new ArrayList<>(List.of(Integer.toString(ended.job().number() + 1)));
            multirun.keys().forEach(key -> row.add(ended.job().values().getOrDefault(key, "")));
            row.add(ended.report().map(Jobs::result).orElse(ended.failure().isPresent() ? "failed" : ""));
            rows.add(row);
        }
        return new Table(columns, rows);
    }

    private static String result(RunReport report) {
        if (report.finding().isPresent()) {
            return "done";
        }
        OptionalDouble average =
                report.accuracy().headline().map(report.accuracy()::average).orElse(OptionalDouble.empty());
        return average.isPresent() ? String.format(Locale.ROOT, "%.1f", 100 * average.getAsDouble()) : "–";
    }
}
