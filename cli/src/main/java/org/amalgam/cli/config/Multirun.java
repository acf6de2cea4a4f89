package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.run.Run;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Several runs that one command line asks for.
 *
 * @param jobs the runs, in the order in which they are made; at least one
 * @param overrides as they were given
 */
public record Multirun(List<Job> jobs, List<String> overrides) {

    private static final String ROUTERS = "save_checkpoint";

    /** Settings of methods that name what is saved: routers in the working directory, everything else as {@link Run#file} has it. */
    private static final List<String> SAVED =
            List.of(ROUTERS, "save_merging_weights", "save_statistics", "save_routing");

    /** @throws AmalgamException if two jobs would write to one place or to none there can be, or one is to go on in a folder that is not its own */
    public Multirun {
        jobs = List.copyOf(jobs);
        overrides = List.copyOf(overrides);
        Map<Path, Integer> written = new LinkedHashMap<>();
        for (Job job : jobs) {
            job.config().settings().resume().ifPresent(folder -> {
                throw new AmalgamException(
                        "resume: " + folder + " cannot be carried on by a multirun, whose jobs have folders of"
                                + " their own; leave out -m, or use amalgam resume " + folder);
            });
            places(job.config()).forEach((key, path) -> {
                Integer other = written.put(path, job.number());
                // Two names for one place within a job are of no multirun: the run says what is wrong with them.
                if (other != null && other != job.number()) {
                    throw new AmalgamException("%s: jobs %d and %d would both write to %s; put ${hydra.job.num} into it"
                            .formatted(key, other + 1, job.number() + 1, path));
                }
            });
            if (!folder(job).equals(folder(jobs.get(0)))) {
                throw new AmalgamException("hydra.sweep.dir: a multirun has one folder, found " + folder(jobs.get(0))
                        + " and " + folder(job) + "; put what differs into hydra.sweep.subdir");
            }
        }
    }

    /** The command line for a POSIX shell that repeats all jobs, in their working directory. */
    public String command() {
        RunConfig any = jobs.get(0).config();
        return new ShellCommand(any.configDirs(), any.configName(), overrides).text("-m");
    }

    /** The folder of the whole. */
    public Path folder() {
        return folder(jobs.get(0));
    }

    /** The keys of which the jobs have different values. */
    public List<String> keys() {
        Set<String> keys = new LinkedHashSet<>();
        jobs.forEach(job -> keys.addAll(job.values().keySet()));
        return new ArrayList<>(keys);
    }

    private static Path folder(Job job) {
        return job.config().settings().hydra().sweep().dir();
    }

    private static Map<String, Path> places(RunConfig config) {
        RootSettings settings = config.settings();
        Map<String, Path> places = new LinkedHashMap<>();
        HydraSettings.Several sweep = settings.hydra().sweep();
        places.put("hydra.sweep.subdir", sweep.dir().resolve(sweep.subdir()));
        settings.mergedModelSavePath().ifPresent(path -> places.put("merged_model_save_path", path));
        settings.reportSavePath().ifPresent(path -> places.put("report_save_path", path));
        GroupChoice work = config.work();
        for (String key : SAVED) {
            work.node()
                    .text(key)
                    .filter(name -> key.equals(ROUTERS) ? !name.equalsIgnoreCase("false") : Run.isOutside(name))
                    .ifPresent(name -> {
                        String whole = work.group().key() + "." + key;
                        places.put(whole, path(whole, name));
                    });
        }
        return places;
    }

    private static Path path(String key, String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new AmalgamException(
                    key + ": expected the name of a file, found one with " + e.getReason() + "; give another", e);
        }
    }
}
