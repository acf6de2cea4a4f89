package org.amalgam.cli.run;

import org.amalgam.settings.Setting;

import java.util.Map;
import java.util.Optional;

/** The group {@code taskpool}. */
record TaskPoolSettings(
        @Setting(value = "null", help = "what clip_model is unless it is given itself")
        Optional<String> baseModel,

        @Setting(
                value = "null",
                help =
                        "folder, file or name on the hub of the CLIP model with text tower and projections; null takes the ancestor's")
        Optional<Object> clipModel,

        @Setting(
                value = "null",
                help = "folder or name on the hub, for preprocessor_config.json; null takes the CLIP model's")
        Optional<Object> processor,

        @Setting(value = "{}", help = "by task: the images or texts that a result is judged by")
        Map<String, DatasetSettings> testDatasets,

        @Setting(value = "64", atLeast = 1, help = "samples at a time while judging")
        int batchSize,

        @Setting(value = "true", help = "judge the ancestor and each expert too; kept in the cache for later runs")
        boolean baselines) {

    /** Whether there is anything to judge by. */
    boolean judges() {
        return !testDatasets.isEmpty();
    }

    /** The model of the zero-shot heads. */
    ModelReference clip(ModelReference ancestor) {
        return clipModel
                .map(given -> ModelReference.of(ModelReference.Kind.MODEL, given, "taskpool.clip_model"))
                .or(() -> baseModel.map(
                        given -> ModelReference.of(ModelReference.Kind.MODEL, given, "taskpool.base_model")))
                .orElse(ancestor);
    }

    ModelReference processor(ModelReference ancestor) {
        return processor
                .map(given -> ModelReference.of(ModelReference.Kind.MODEL, given, "taskpool.processor"))
                .orElseGet(() -> clip(ancestor));
    }
}
