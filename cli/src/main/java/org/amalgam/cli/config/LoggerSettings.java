package org.amalgam.cli.config;

import org.amalgam.settings.Setting;

import java.nio.file.Path;
import java.util.Optional;

/** The folder of a run's logs: {@code root_dir/name/version}. */
public record LoggerSettings(
        @Setting(value = "outputs/logs", help = "folder that holds the log folders of all runs")
        Path rootDir,

        @Setting(value = "null", help = "name of the log folder; null takes the method's name")
        Optional<String> name,

        @Setting(value = "null", help = "name of the folder below it; null takes the next version_N")
        Optional<String> version) {}
