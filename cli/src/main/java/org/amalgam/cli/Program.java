package org.amalgam.cli;

import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.Group;
import org.amalgam.cli.config.Multirun;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.settings.SettingsSchema;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the command line commands. Found as a service and only when a command needs it: help and version come without it, and so
 * without the native libraries.
 */
public interface Program {

    /** The group files that come with it, the methods' declared defaults among them. */
    BuiltIn builtIn();

    /** The methods there are, in the order in which a user should read them. */
    List<MethodDescription> methods();

    /** Brings in what computing needs and composing does not: the native libraries. May be called on another thread. */
    void prepare();

    /**
     * Merges, evaluates and writes as asked.
     *
     * @return the exit code, 0 where all went well
     * @throws org.amalgam.AmalgamException if the user can mend what went wrong
     */
    int run(RunConfig config, Console console);

    /**
     * Says whether {@link #run} would work and what it would take, from the models' headers and the settings.
     *
     * @return the exit code, 0 where it would and 2 where not
     * @throws org.amalgam.AmalgamException if a setting is wrong
     */
    int check(RunConfig config, Console console);

    /**
     * Runs one job after the other, each in a folder of its own, and reports on all of them. A job that fails does not end the
     * others.
     *
     * @return the exit code, 0 where all went well, else that of the gravest failure
     */
    int multirun(Multirun jobs, Console console);

    /**
     * The settings that a group's choice has.
     *
     * @param base for a method the name that a preset goes back to; of no account in the other groups
     * @return nothing where there is no such method
     */
    Optional<SettingsSchema> settings(Group group, String base);

    /**
     * Merges the embedded model family with every method and writes the comparison.
     *
     * @return the exit code, 0 where all went well
     * @throws org.amalgam.AmalgamException if the user can mend what went wrong
     */
    int demo(Console console);

    /**
     * Carries an interrupted run on, from what its folder says of it.
     *
     * @return the exit code, 0 where all went well
     * @throws org.amalgam.AmalgamException if the folder holds no run, or its inputs have changed
     */
    int resume(Path folder, Console console);

    /**
     * Serves a page on which the models of a run's Pareto set are chosen, measured and exported, until the thread is interrupted.
     *
     * @param port on 127.0.0.1; 0 takes a free one
     * @return the exit code, 0 where all went well
     * @throws org.amalgam.AmalgamException if the folder holds no Pareto set with a front, or the port is taken
     */
    int explore(Path folder, int port, Console console);

    /**
     * Runs what the reference implementation was run with on the embedded model family, and prints both results side by side.
     *
     * @param quick leaves out what takes minutes
     * @return the exit code, 0 where every difference is within its bound and 1 where one is not
     */
    int compare(boolean quick, List<String> names, Console console);

    /**
     * Prints how many parameters merging takes.
     *
     * @param model a folder or file; empty for the models of the papers
     * @param tasks the largest number of tasks
     * @return the exit code, 0 where all went well
     * @throws org.amalgam.AmalgamException if the model is of no known family, or there is less than one task
     */
    int parameters(Optional<Path> model, int tasks, Console console);

    /**
     * Writes a model's weights anew as safetensors and prints what became of them.
     *
     * @param source a file or folder
     * @param target a folder that does not exist, or a file {@code .safetensors}
     * @param maxShardSize what a file may hold: {@code 5GB}
     * @param dtype {@code float32}, {@code float16} or {@code bfloat16}; empty keeps each tensor's own
     * @return the exit code, 0 where all went well
     * @throws org.amalgam.AmalgamException if the source is no model or the target cannot be written
     */
    int convert(Path source, Path target, String maxShardSize, Optional<String> dtype, Console console);

    /**
     * Prints how models differ, tensor by tensor; with an ancestor, how alike their task vectors are.
     *
     * @param models two or more; the first is what the others are compared with, unless there is an ancestor
     * @param ancestor what all were fine-tuned from
     * @param sort the column that is sorted by
     * @param limit tensors to print at most; 0 prints all
     * @return the exit code, 0 where all went well
     * @throws org.amalgam.AmalgamException if a model cannot be read, or they have nothing to compare
     */
    int diff(List<String> models, Optional<String> ancestor, String sort, int limit, Console console);
}
