package org.amalgam.cli.config;

import org.amalgam.settings.ByteSize;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Setting;

import java.nio.file.Path;
import java.util.Optional;

/** The settings of a run that belong to no group. The keys are the reference's where the reference has one. */
public record RootSettings(
        @Setting(value = "0", help = "seed of every random draw")
        long seed,

        @Setting(value = "false", help = "one adaptation step and one batch a task: does it run at all?")
        boolean fastDevRun,

        @Setting(value = "false", help = "check and plan, print what would be done, and merge nothing")
        boolean dryRun,

        @Setting(value = "false", help = "print the composed configuration as YAML before the run")
        boolean printConfig,

        @Setting(value = "null", help = "folder to write the merged model to; must not exist")
        Optional<Path> mergedModelSavePath,

        @Setting(value = "null", help = "how to write it, a mapping for the model pool")
        Optional<MapNode> mergedModelSaveKwargs,

        @Setting(value = "null", help = "file to write the report to, as JSON; must not exist")
        Optional<Path> reportSavePath,

        @Setting(
                value = "null",
                help = "take the models' SHA-256 for the report; null takes those of models of up to 1 GB together")
        Optional<Boolean> hashInputs,

        @Setting(help = "precision, devices and logging") FabricSettings fabric,

        @Setting(help = "how merged models are judged") EvaluationSettings evaluation,

        @Setting(help = "folders of runs and multiruns") HydraSettings hydra,

        @Setting(value = "null", help = "folder of an interrupted run to carry on")
        Optional<Path> resume,

        @Setting(
                value = "null",
                help = "memory that the run may take: 512m, 4g; null bounds activations alone, by 1 GiB")
        Optional<ByteSize> memory,

        @Setting(
                value = "null",
                help = "disk that decoded images may take in outputs/cache/pixels: 500m, 10g; null keeps none")
        Optional<ByteSize> pixelCache,

        @Setting(value = "null", help = "threads to compute with; null takes one a core")
        Optional<Integer> threads) {}
