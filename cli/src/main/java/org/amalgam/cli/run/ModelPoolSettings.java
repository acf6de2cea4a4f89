package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.settings.Setting;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The group {@code modelpool}. */
record ModelPoolSettings(
        @Setting(
                help =
                        "folders or files of weights by name; _pretrained_ is the ancestor, every other name is a task's")
        Map<String, Object> models,

        @Setting(value = "{}", help = "by task: the images or texts that methods adapt to, without looking at labels")
        Map<String, DatasetSettings> testDatasets,

        @Setting(value = "{}", help = "by task: training images or texts, for the methods that take statistics on them")
        Map<String, DatasetSettings> trainDatasets,

        @Setting(value = "null", help = "folder with preprocessor_config.json; null takes the ancestor's")
        Optional<Path> processor,

        @Setting(value = "null", help = "folder with tokenizer.json, for models of texts; null takes the ancestor's")
        Optional<Path> tokenizer,

        @Setting(
                value = "null",
                help = "tokens that texts are cut to; null takes 512, or what the model reads if that is less")
        Optional<Integer> maxLength,

        @Setting(value = "null", help = "accepted for the reference's sake")
        Object type) {

    private static final String PRETRAINED = "_pretrained_";

    Path ancestor() {
        if (!models.containsKey(PRETRAINED)) {
            throw new AmalgamException(
                    "modelpool.models: there is no _pretrained_; name the ancestor's folder so, as in"
                            + " _pretrained_: models/clip");
        }
        return folder(PRETRAINED);
    }

    /** The fine-tuned models' folders by task, in the order given. */
    Map<String, Path> experts() {
        Map<String, Path> experts = new LinkedHashMap<>();
        models.keySet().stream()
                .filter(name -> !name.equals(PRETRAINED))
                .forEach(name -> experts.put(name, folder(name)));
        return experts;
    }

    /** A folder is given as a path, or as a mapping with the path under one of the reference's keys. */
    private Path folder(String name) {
        Object given = models.get(name);
        if (given instanceof Map<?, ?> mapping) {
            given = mapping.containsKey("path") ? mapping.get("path") : mapping.get("pretrained_model_name_or_path");
        }
        if (given instanceof String text) {
            return Path.of(text);
        }
        throw new AmalgamException(
                "modelpool.models." + name + ": expected the path of a model folder, found " + models.get(name));
    }
}
