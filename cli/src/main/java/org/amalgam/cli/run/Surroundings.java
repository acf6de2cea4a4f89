package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.checkpoint.FileLocks;
import org.amalgam.cli.Console;
import org.amalgam.cli.Interruption;
import org.amalgam.cli.config.FabricSettings;
import org.amalgam.cli.config.RootSettings;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.pool.Conflict;
import org.amalgam.report.HtmlReport;
import org.amalgam.report.JsonReport;
import org.amalgam.report.RunReport;
import org.amalgam.run.Machine;
import org.amalgam.run.Milestones;
import org.amalgam.run.Profiler;
import org.amalgam.run.Run;
import org.amalgam.run.Workers;
import org.amalgam.settings.ByteSize;
import org.amalgam.settings.Settings;
import org.amalgam.tensor.Natives;
import org.amalgam.tensor.Precision;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** What surrounds the work of every run, be it a merge or an analysis: settings, the plan, the folder, the workers, the report. */
record Surroundings(
        RunConfig config, Folders folders, Console console, ModelPoolSettings models, TaskPoolSettings judged) {

    static Surroundings of(RunConfig config, Folders folders, Console console) {
        return new Surroundings(
                config,
                folders,
                console,
                Settings.bind(
                        ModelPoolSettings.class,
                        config.modelpool().node(),
                        "modelpool",
                        config.modelpool().name()),
                Settings.bind(
                        TaskPoolSettings.class,
                        config.taskpool().node(),
                        "taskpool",
                        config.taskpool().name()));
    }

    /** The models and data of the run. */
    Workplace workplace(Path cache) {
        return new Workplace(
                models,
                judged,
                folders,
                cache,
                settings().pixelCache().map(ByteSize::bytes).orElse(0L));
    }

    /** As many as the settings ask for; no thread begins before there is work. */
    static Workers workers(RootSettings settings) {
        return settings.threads().map(Workers::of).orElseGet(Workers::ofThisMachine);
    }

    RootSettings settings() {
        return config.settings();
    }

    /** Hours of work must not end at a file that is in the way. */
    void refuseExistingReport() {
        settings().reportSavePath().ifPresent(path -> {
            if (Files.exists(path)) {
                throw new AmalgamException(
                        "report_save_path: " + path + " exists and is not overwritten; name another file or remove it");
            }
            AtomicFile.requirePlace(path);
        });
    }

    /** A mistyped folder would begin anew, for hours, beside the state that was meant. */
    void refuseResumeOfNothing() {
        settings().resume().ifPresent(folder -> RunFile.requireIn(folder, "resume: "));
    }

    /** A command line made for another machine runs here on what there is. */
    void sayWhatComputes() {
        FabricSettings fabric = settings().fabric();
        List<String> elsewhere = new ArrayList<>();
        if (!List.of("auto", "cpu").contains(fabric.accelerator())) {
            elsewhere.add("fabric.accelerator=" + fabric.accelerator());
        }
        if (!fabric.devices().equals("1")) {
            elsewhere.add("fabric.devices=" + fabric.devices());
        }
        config.work()
                .node()
                .text("devices")
                .filter(devices -> !devices.equals("1"))
                .ifPresent(devices -> elsewhere.add(config.work().group().key() + ".devices=" + devices));
        if (!elsewhere.isEmpty()) {
            console.item(
                    "device",
                    "the processor of this machine, in one process, instead of " + String.join(", ", elsewhere));
        }
        if (Precision.of(fabric.precision()) == Precision.BF16_MIXED && !Natives.multipliesBfloat16()) {
            console.item(
                    "slow",
                    "this processor multiplies no bfloat16 by itself, so fabric.precision=bf16-mixed takes longer than 32-true");
        }
    }

    /**
     * Tells the plan and, unless the plan is all that was asked for, works in a folder of the run.
     *
     * @param snapshot name of the file from which an interrupted run goes on
     * @param place makes the folder, when the plan stands
     * @param work gets the run and its folder, and gives the report
     * @return nothing of a dry run
     */
    Optional<Done> carryOut(Plan plan, String snapshot, Supplier<Path> place, BiFunction<Run, Path, RunReport> work) {
        Conflict.refuse(plan.conflicts());
        plan.lines().forEach(line -> console.item(line.label(), line.text()));
        plan.shortage(Machine.availableBytes()).ifPresent(note -> console.item("note", note));
        if (settings().dryRun()) {
            console.json(CheckJson.of(config.work(), plan).toPrettyString());
            return Optional.empty();
        }
        Path folder = place.get();
        RunFile file = RunFile.of(config);
        boolean isFound = RunFolder.state(folder).isPresent() && file.isIn(folder);
        boolean goesOn = isFound || settings().resume().isPresent();
        if (!goesOn) {
            RunFolder.refuseOthers(folder, file);
        }
        try (FileLocks.Held taken = RunFolder.taken(folder)) {
            return Optional.of(new Done(
                    worked(plan, folder, goesOn ? Optional.empty() : Optional.of(file), snapshot, work), folder));
        }
    }

    /** @param begun what is to be known of the run, where it begins and does not go on */
    private RunReport worked(
            Plan plan, Path folder, Optional<RunFile> begun, String snapshot, BiFunction<Run, Path, RunReport> work) {
        boolean isNew = !RunFile.isAnyIn(folder);
        console.item("run", folder.toString());
        try (Interruption.Way back = Interruption.resumable(folder);
                EventMetrics metrics = new EventMetrics(folder);
                Workers workers = workers(settings())) {
            begun.ifPresent(file -> {
                file.write(folder);
                AtomicFile.write(folder.resolve(Run.CONFIG), config.yaml());
            });
            // Again, now that the run's files are there: one of them may be the one that was named.
            refuseExistingReport();
            Run run = new Run(
                    settings().seed(),
                    Precision.of(settings().fabric().precision()),
                    settings().fastDevRun(),
                    folder,
                    plan.identity().get(),
                    Optional.of(folder.resolve(snapshot)),
                    plan.activationBytes(),
                    workers,
                    console,
                    metrics,
                    new Profiler(),
                    Milestones.NONE);
            return work.apply(run, folder);
        } catch (AmalgamException e) {
            if (isNew) {
                RunFolder.discardUnlessResumable(folder);
            }
            throw e;
        }
    }

    /** Writes the report into the run's folder and wherever else it was asked for. */
    void write(RunReport report, Path folder) {
        JsonReport.write(report, folder.resolve(Run.REPORT));
        HtmlReport.write(report, folder.resolve(Run.PAGE));
        settings().reportSavePath().ifPresent(path -> JsonReport.write(report, path));
    }
}
