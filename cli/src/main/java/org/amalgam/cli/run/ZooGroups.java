package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.amalgam.AmalgamException;
import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.ConfigFile;
import org.amalgam.cli.config.Group;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Node;
import org.amalgam.settings.Source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The pool and the tasks of the embedded model family, from its own description. */
final class ZooGroups implements BuiltIn {

    private static final String NAME = "zoo";

    @Override
    public List<String> names(String folder) {
        return isPool(folder) ? List.of(NAME) : List.of();
    }

    @Override
    public Optional<ConfigFile> find(String folder, String name) {
        if (!isPool(folder) || !name.equals(NAME)) {
            return Optional.empty();
        }
        Path models = Home.find().resolve("zoo/models");
        JsonNode zoo = read(models.resolve("zoo.json"));
        Path clip = models.resolve(zoo.path("pretrained").asText());
        Map<String, Object> tree = new LinkedHashMap<>();
        if (folder.equals(Group.MODELPOOL.key())) {
            Map<String, Object> folders = new LinkedHashMap<>();
            folders.put("_pretrained_", clip.toString());
            zoo.path("tasks")
                    .forEach(task -> folders.put(
                            task.path("name").asText(),
                            models.resolve(task.path("model").asText()).toString()));
            tree.put("models", folders);
            tree.put("train_datasets", datasets(zoo, models, "train"));
        } else {
            tree.put("clip_model", clip.toString());
            tree.put("processor", clip.toString());
        }
        tree.put("test_datasets", datasets(zoo, models, "test"));
        MapNode content = (MapNode) Node.of(tree, new Source("built-in " + folder + " zoo"));
        return Optional.of(
                ConfigFile.of(content, "The embedded model family: six tasks, small enough for any machine."));
    }

    private static boolean isPool(String folder) {
        return folder.equals(Group.MODELPOOL.key()) || folder.equals(Group.TASKPOOL.key());
    }

    private static Map<String, Object> datasets(JsonNode zoo, Path models, String split) {
        Map<String, Object> datasets = new LinkedHashMap<>();
        for (JsonNode task : zoo.path("tasks")) {
            Map<String, Object> dataset = new LinkedHashMap<>();
            dataset.put(
                    "path",
                    models.resolve(task.path("data").asText()).normalize().toString());
            dataset.put("split", split);
            dataset.put("classnames", texts(task.path("classnames")));
            dataset.put("templates", texts(task.path("templates")));
            datasets.put(task.path("name").asText(), dataset);
        }
        return datasets;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static JsonNode read(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new AmalgamException(file + " cannot be read: " + e.getMessage() + "; is the checkout whole?", e);
        }
    }
}
