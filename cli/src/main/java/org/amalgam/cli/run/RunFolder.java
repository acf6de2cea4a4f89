package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.cli.config.LoggerSettings;
import org.amalgam.cli.config.RunConfig;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The folder of a run: {@code root_dir/name/version_N}, as the reference's logger lays it out. */
final class RunFolder {

    private RunFolder() {}

    /** The folder that an interrupted run left, or a new one. */
    static Path of(RunConfig config) {
        if (config.settings().resume().isPresent()) {
            return config.settings().resume().get();
        }
        LoggerSettings loggers = config.settings().fabric().loggers();
        Path parent =
                loggers.rootDir().resolve(loggers.name().orElse(config.method().name()));
        try {
            if (loggers.version().isPresent()) {
                return Files.createDirectories(parent.resolve(loggers.version().get()));
            }
            Files.createDirectories(parent);
            int version = 0;
            while (!create(parent.resolve("version_" + version))) {
                version++;
            }
            return parent.resolve("version_" + version);
        } catch (IOException e) {
            throw new AmalgamException(
                    parent + " cannot be written: " + e.getMessage() + "; choose another fabric.loggers.root_dir", e);
        }
    }

    /** False if the folder exists: another run may have taken the number just now. */
    private static boolean create(Path folder) throws IOException {
        try {
            Files.createDirectory(folder);
            return true;
        } catch (FileAlreadyExistsException taken) {
            return false;
        }
    }
}
