package org.amalgam.cli.run;

import org.amalgam.analysis.Findings;
import org.amalgam.cli.Version;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.pool.ModelPool;
import org.amalgam.report.AccuracyTable;
import org.amalgam.report.MethodSection;
import org.amalgam.report.RunReport;
import org.amalgam.report.Versions;
import org.amalgam.run.Run;
import org.amalgam.tensor.Natives;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Makes a report of what an analysis found. */
final class AnalysisReport {

    private AnalysisReport() {}

    static RunReport of(
            RunConfig config, AnalysisChoice choice, ModelPool pool, Findings findings, Run run, Instant started) {
        double wall = Duration.between(started, Instant.now()).toMillis() / 1e3;
        MethodSection section = new MethodSection(
                config.work().name(),
                choice.entry().summary(),
                choice.entry().citation(),
                choice.settings(),
                Optional.empty(),
                findings.figures(),
                Reports.profile(run.profiler(), wall));
        return new RunReport(
                "%s of %s of %s"
                        .formatted(
                                config.work().name(),
                                Plan.experts(pool),
                                Folders.name(pool.ancestor().checkpoint().path())),
                Optional.of(findings.sentence()),
                List.of(section),
                AccuracyTable.empty(),
                Reports.inputs(pool, config.settings().hashInputs(), run.workers()),
                config.command(),
                config.tree().plain(),
                Versions.ofThisMachine(Version.text(), Natives.LIBTORCH),
                OptionalLong.of(config.settings().seed()),
                started,
                wall,
                Rates.of(pool.architecture(), run),
                Reports.notes(config, findings.notes()),
                List.of());
    }
}
