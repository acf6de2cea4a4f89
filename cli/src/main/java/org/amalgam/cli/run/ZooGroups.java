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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The pools and the tasks of the embedded model families, from their own descriptions. */
final class ZooGroups implements BuiltIn {

    /** A family's group, its description among the zoo's models, and a line about it. */
    private enum Embedded {
        CLIP(ZOO, "zoo.json", "The embedded CLIP family: six tasks of images, small enough for any machine."),
        GPT2(
                ZOO_GPT2,
                "gpt2.json",
                "The embedded GPT-2 family: four tasks of short texts, small enough for any machine.");

        private final String group;
        private final String file;
        private final String line;

        Embedded(String group, String file, String line) {
            this.group = group;
            this.file = file;
            this.line = line;
        }
    }

    /** The group of the family that is merged where no other is named. */
    static final String ZOO = "zoo";

    static final String ZOO_GPT2 = "zoo_gpt2";

    @Override
    public List<String> names(String folder) {
        return isPool(folder)
                ? Arrays.stream(Embedded.values()).map(family -> family.group).toList()
                : List.of();
    }

    @Override
    public Optional<ConfigFile> find(String folder, String name) {
        return isPool(folder)
                ? Arrays.stream(Embedded.values())
                        .filter(family -> family.group.equals(name))
                        .findFirst()
                        .map(family -> file(folder, family))
                : Optional.empty();
    }

    private static ConfigFile file(String folder, Embedded family) {
        Path models = Home.find().resolve("zoo/models");
        JsonNode zoo = read(models.resolve(family.file));
        String ancestor = models.resolve(zoo.path("pretrained").asText()).toString();
        Map<String, Object> tree = new LinkedHashMap<>();
        if (folder.equals(Group.MODELPOOL.key())) {
            Map<String, Object> folders = new LinkedHashMap<>();
            folders.put("_pretrained_", ancestor);
            zoo.path("tasks")
                    .forEach(task -> folders.put(
                            task.path("name").asText(),
                            models.resolve(task.path("model").asText()).toString()));
            tree.put("models", folders);
            tree.put("train_datasets", datasets(zoo, models, "train"));
        } else if (family == Embedded.CLIP) {
            tree.put("clip_model", ancestor);
            tree.put("processor", ancestor);
        }
        tree.put("test_datasets", datasets(zoo, models, "test"));
        MapNode content = (MapNode) Node.of(tree, new Source("built-in " + folder + " " + family.group));
        return ConfigFile.of(content, family.line);
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
            if (task.has("templates")) {
                dataset.put("templates", texts(task.path("templates")));
            }
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
