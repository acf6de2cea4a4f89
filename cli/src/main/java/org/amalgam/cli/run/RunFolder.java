package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.cli.config.HydraSettings;
import org.amalgam.cli.config.Job;
import org.amalgam.cli.config.LoggerSettings;
import org.amalgam.cli.config.RunConfig;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The folder of a run: {@code hydra.run.dir}, else {@code root_dir/name/version_N} as the reference's logger lays it out. */
final class RunFolder {

    /** The file from which an interrupted adaptation goes on. */
    static final String SNAPSHOT = "adaptation.safetensors";

    /** The file from which an interrupted analysis goes on. */
    static final String ANALYSIS = "analysis.safetensors";

    /** The composed configuration of a run. */
    static final String CONFIG = "config.yaml";

    private RunFolder() {}

    /** The file in a run's folder from which the run can go on, if it has come so far. */
    static Optional<Path> state(Path folder) {
        return Stream.of(SNAPSHOT, ANALYSIS)
                .map(folder::resolve)
                .filter(Files::exists)
                .findFirst();
    }

    /** Refuses to begin a run where another one can go on: its command line would be lost, and with it the way back. */
    static void refuseState(Path folder) {
        state(folder).ifPresent(file -> {
            throw new AmalgamException(file
                    + " is the state of a run with another command line, whose place this one would take; carry that one"
                    + " on with amalgam resume " + folder + ", name another folder for this one, or remove the file");
        });
    }

    /** Refuses to write over what is not of this run: another run's command line and report, or a user's own file. */
    static void refuseOthers(Path folder, RunFile file) {
        if (RunFile.isAnyIn(folder) && !file.isIn(folder)) {
            throw new AmalgamException(folder
                    + " holds a run with another command line, whose files this one would replace; name another folder, or"
                    + " remove that one");
        }
        if (!RunFile.isAnyIn(folder) && Files.exists(folder.resolve(CONFIG))) {
            throw new AmalgamException(folder.resolve(CONFIG)
                    + " is there already and of no run, and a run writes its configuration under that name; name another"
                    + " folder");
        }
    }

    /** Deletes what a run that failed has begun in its folder, unless the run can go on from there. */
    static void discardUnlessResumable(Path folder) {
        if (state(folder).isPresent()) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                // The folder may be one that the user named, with other things in it.
                if (file.getFileName()
                        .toString()
                        .matches("config\\.yaml|run\\.json|\\.lock|events\\.out\\.tfevents\\..*")) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        } catch (IOException stays) {
            // The failure that led here matters more.
            return;
        }
    }

    /** The folder of a multirun's job. */
    static Path of(Job job) {
        HydraSettings.Several sweep = job.config().settings().hydra().sweep();
        return created(sweep.dir().resolve(sweep.subdir()));
    }

    /** The folder that an interrupted run left, or a new one. */
    static Path of(RunConfig config) {
        if (config.settings().resume().isPresent()) {
            return config.settings().resume().get();
        }
        HydraSettings hydra = config.settings().hydra();
        if (hydra.run().dir().isPresent()) {
            return created(hydra.run().dir().get());
        }
        LoggerSettings loggers = config.settings().fabric().loggers();
        Path parent =
                loggers.rootDir().resolve(loggers.name().orElse(config.work().name()));
        try {
            if (loggers.version().isPresent()) {
                return created(parent.resolve(loggers.version().get()));
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

    private static Path created(Path folder) {
        try {
            Files.createDirectories(folder);
            // As it was named: what createDirectories gives is absolute where a parent had to be made.
            return folder;
        } catch (IOException e) {
            throw new AmalgamException(folder + " cannot be written: " + e.getMessage() + "; choose another", e);
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
