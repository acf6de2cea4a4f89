package org.amalgam.cli.config;

import org.amalgam.settings.Setting;

import java.nio.file.Path;
import java.util.Optional;

/** The folders of runs and multiruns, under the names that Hydra gave these settings. */
public record HydraSettings(
        @Setting(help = "a single run") Single run,
        @Setting(help = "a multirun") Several sweep,

        @Setting(help = "what a job of a multirun may ask about itself")
        JobSettings job) {

    /** A single run's folder. */
    public record Single(
            @Setting(value = "null", help = "folder of a run; null takes the folder that fabric.loggers names")
            Optional<Path> dir) {}

    /** A multirun's folders. */
    public record Several(
            @Setting(
                    value = "'outputs/multirun/${now:%Y-%m-%d_%H-%M-%S}'",
                    help = "folder of a multirun (-m), for the report on all its jobs")
            Path dir,

            @Setting(value = "'${hydra.job.num}'", help = "folder of each job, below that")
            String subdir) {}

    /** What a job knows of itself. */
    public record JobSettings(
            @Setting(value = "0", help = "number of the job in a multirun, from 0; set by the multirun")
            int num,

            @Setting(value = "''", help = "what the job has of the settings that are swept; set by the multirun")
            String overrideDirname) {}
}
