package org.amalgam.cli.run;

import org.amalgam.settings.Setting;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The group {@code taskpool}. */
record TaskPoolSettings(
        @Setting(
                value = "null",
                help = "the CLIP model, folder or file, with text tower and projections; null takes the ancestor's")
        Optional<Path> clipModel,

        @Setting(value = "null", help = "folder with preprocessor_config.json; null takes the CLIP model's")
        Optional<Path> processor,

        @Setting(value = "{}", help = "by task: the images or texts that a result is judged by")
        Map<String, DatasetSettings> testDatasets,

        @Setting(value = "64", help = "samples at a time while judging")
        int batchSize,

        @Setting(value = "true", help = "judge the ancestor and each expert too; kept in the cache for later runs")
        boolean baselines) {

    Path clip(Path ancestor) {
        return clipModel.orElse(ancestor);
    }

    Path processor(Path ancestor) {
        return processor.orElse(clip(ancestor));
    }
}
