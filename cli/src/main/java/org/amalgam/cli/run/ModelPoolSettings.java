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
                        "folders, files of weights or names on the hub, by name; _pretrained_ is the ancestor, every other name is a"
                                + " task's")
        Map<String, Object> models,

        @Setting(value = "{}", help = "by task: the images or texts that methods adapt to, without looking at labels")
        Map<String, DatasetSettings> testDatasets,

        @Setting(value = "{}", help = "by task: training images or texts, for the methods that take statistics on them")
        Map<String, DatasetSettings> trainDatasets,

        @Setting(
                value = "null",
                help = "folder or name on the hub, for preprocessor_config.json; null takes the ancestor's")
        Optional<Object> processor,

        @Setting(value = "null", help = "accepted for the reference's sake: hf is the hub that names are looked up on")
        Object platform,

        @Setting(value = "null", help = "folder with tokenizer.json, for models of texts; null takes the ancestor's")
        Optional<Path> tokenizer,

        @Setting(
                value = "null",
                help = "tokens that texts are cut to; null takes 512, or what the model reads if that is less")
        Optional<Integer> maxLength,

        @Setting(value = "null", help = "accepted for the reference's sake")
        Object type) {

    private static final String PRETRAINED = "_pretrained_";

    ModelReference ancestor() {
        if (!models.containsKey(PRETRAINED)) {
            throw new AmalgamException(
                    "modelpool.models: there is no _pretrained_; name the ancestor's folder so, as in"
                            + " _pretrained_: models/clip");
        }
        return model(PRETRAINED);
    }

    /** The fine-tuned models by task, in the order given. */
    Map<String, ModelReference> experts() {
        Map<String, ModelReference> experts = new LinkedHashMap<>();
        models.keySet().stream()
                .filter(name -> !name.equals(PRETRAINED))
                .forEach(name -> experts.put(name, model(name)));
        return experts;
    }

    /** The image processor, or where the ancestor is. */
    ModelReference imageProcessor() {
        return processor
                .map(given -> ModelReference.of(ModelReference.Kind.MODEL, given, "modelpool.processor"))
                .orElseGet(this::ancestor);
    }

    private ModelReference model(String name) {
        return ModelReference.of(ModelReference.Kind.MODEL, models.get(name), "modelpool.models." + name);
    }
}
