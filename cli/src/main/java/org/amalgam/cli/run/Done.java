package org.amalgam.cli.run;

import org.amalgam.cli.Console;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.report.RunReport;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A run that is done.
 *
 * @param folder the folder that the report is written to
 */
record Done(RunReport report, Path folder) {

    /**
     * Merges or analyses, as a configuration asks for.
     *
     * @param folder makes the run's folder, when the plan stands
     * @param folders where names become paths
     * @return nothing of a dry run
     * @throws org.amalgam.AmalgamException if the user can mend what went wrong
     */
    static Optional<Done> of(RunConfig config, Supplier<Path> folder, Folders folders, Console console) {
        return config.isAnalysis()
                ? AnalysisRun.execute(config, folder, folders, console)
                : MergeRun.execute(config, folder, folders, console);
    }
}
