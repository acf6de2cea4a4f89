package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.FileLocks;
import org.amalgam.cli.config.HydraSettings;
import org.amalgam.cli.config.Job;
import org.amalgam.cli.config.LoggerSettings;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.run.Run;

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

    private static final String LOCK = ".lock";

    private RunFolder() {}

    /**
     * Takes the folder until it is closed: two runs at once would write each other's state.
     *
     * @throws AmalgamException if another run is at work in it
     */
    static FileLocks.Held taken(Path folder) {
        return FileLocks.holdIfFree(folder.resolve(LOCK))
                .orElseThrow(() -> new AmalgamException(
                        folder + ": another run is at work in this folder; wait for it, or name another folder"));
    }

    /** The file in a run's folder from which the run can go on, if it has come so far. */
    static Optional<Path> state(Path folder) {
        return Stream.of(SNAPSHOT, ANALYSIS)
                .map(folder::resolve)
                .filter(Files::exists)
                .findFirst();
    }

    /** Refuses to begin a run where another one can go on: its command line would be lost, and with it the way back. */
    private static void refuseState(Path folder) {
        state(folder).ifPresent(file -> {
            throw new AmalgamException(file
                    + " is the state of a run with another command line, whose place this one would take; carry that one"
                    + " on with amalgam resume " + folder + ", name another folder for this one, or remove the file");
        });
    }

    /**
     * Refuses a run what is not its own: the state of another one, the result of another one, or a user's own file. What another run
     * left that came to neither is replaced.
     */
    static void refuseOthers(Path folder, RunFile file) {
        if (file.isIn(folder)) {
            return;
        }
        refuseState(folder);
        if (Files.exists(folder.resolve(Run.REPORT))) {
            throw new AmalgamException(folder
                    + " holds the result of a run with another command line, which this one would replace; name another folder, or"
                    + " remove that one");
        }
        if (!RunFile.isAnyIn(folder) && Files.exists(folder.resolve(Run.CONFIG))) {
            throw new AmalgamException(folder.resolve(Run.CONFIG)
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
        return created(place(job));
    }

    /** Where that is, be it there or not. */
    static Path place(Job job) {
        HydraSettings.Several sweep = job.config().settings().hydra().sweep();
        return sweep.dir().resolve(sweep.subdir());
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
