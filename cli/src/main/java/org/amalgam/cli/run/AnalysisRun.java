package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.analysis.Findings;
import org.amalgam.cli.Console;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.pool.ModelPool;
import org.amalgam.pool.Task;
import org.amalgam.report.RunReport;
import org.amalgam.tensor.Scope;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** One analysis: open, check, look, write. */
final class AnalysisRun {

    private AnalysisRun() {}

    static Optional<Done> execute(RunConfig config, Supplier<Path> place, Folders folders, Console console) {
        Instant started = Instant.now();
        AnalysisChoice choice = AnalysisChoice.of(config.work());
        Surroundings around = Surroundings.of(config, folders, console);
        around.refuseResumeOfNothing();
        around.refuseExistingReport();
        config.settings().mergedModelSavePath().ifPresent(path -> {
            throw new AmalgamException(
                    "merged_model_save_path: an analysis merges nothing that could be saved; leave it out");
        });
        if (config.settings().evaluation().every() != 0) {
            throw new AmalgamException(
                    "evaluation.every: an analysis takes no steps between which it could be judged; give evaluation.every=0");
        }
        around.sayWhatComputes();
        try (Scope scope = Scope.open();
                Workplace workplace = around.workplace(Path.of("outputs", "cache"))) {
            ModelPool pool = workplace.poolWithoutData();
            List<Task> tasks = workplace.judgingTasks();
            Plan plan = Plan.of(choice, pool, tasks, config);
            return around.carryOut(plan, RunFolder.ANALYSIS, place, (run, folder) -> {
                Findings findings = choice.analysis().findings(pool, tasks, run);
                RunReport report = AnalysisReport.of(config, choice, pool, findings, run, started);
                around.write(report, folder);
                findings.details().forEach(console::result);
                return report;
            });
        }
    }
}
