package org.amalgam.cli.run;

import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.ConfigFile;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Node;
import org.amalgam.settings.Source;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The models and data sets of the task-arithmetic literature by their names on the hub, one file each, as the pools name them in
 * their defaults lists: {@code model/clip-vit/clip-vit-base-patch32_svhn}, {@code dataset/image_classification/test/svhn}.
 */
final class ClipGroups implements BuiltIn {

    private static final String MODELS = "model/clip-vit";
    private static final String DATASETS = "dataset/image_classification/";
    private static final List<String> SPLITS = List.of("test", "train");
    private static final List<String> TOWERS =
            List.of("clip-vit-base-patch32", "clip-vit-base-patch16", "clip-vit-large-patch14");

    /** A data set on the hub, and which of its configurations; empty where it has one. */
    private record Data(String task, String reference, String configuration) {}

    private static final List<Data> TASKS = List.of(
            new Data("sun397", "tanganke/sun397", ""),
            new Data("stanford-cars", "tanganke/stanford_cars", ""),
            new Data("resisc45", "tanganke/resisc45", ""),
            new Data("eurosat", "tanganke/eurosat", ""),
            new Data("svhn", "ufldl-stanford/svhn", "cropped_digits"),
            new Data("gtsrb", "tanganke/gtsrb", ""),
            new Data("mnist", "ylecun/mnist", "mnist"),
            new Data("dtd", "tanganke/dtd", ""));

    @Override
    public List<String> names(String folder) {
        return List.copyOf(files(folder).keySet());
    }

    @Override
    public Optional<ConfigFile> find(String folder, String name) {
        return Optional.ofNullable(files(folder).get(name))
                .map(content ->
                        ConfigFile.of((MapNode) Node.of(content, new Source("built-in " + folder + " " + name)), ""));
    }

    private static Map<String, Map<String, Object>> files(String folder) {
        Map<String, Map<String, Object>> files = new LinkedHashMap<>();
        if (folder.equals(MODELS)) {
            TOWERS.forEach(tower -> files.putAll(models(tower)));
        }
        SPLITS.stream().filter(split -> folder.equals(DATASETS + split)).forEach(split -> {
            Map<String, Object> all = new LinkedHashMap<>();
            TASKS.forEach(data -> all.put(data.task(), dataset(data, split)));
            all.forEach((task, dataset) -> files.put(task, Map.of(task, dataset)));
            files.put("the_eight_tasks", all);
        });
        return files;
    }

    /** The ancestor, its models of each task, and all of them. */
    private static Map<String, Map<String, Object>> models(String tower) {
        Map<String, Map<String, Object>> files = new LinkedHashMap<>();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("_pretrained_", "openai/" + tower);
        files.put(tower, Map.copyOf(all));
        for (Data data : TASKS) {
            String model = tower + "_" + data.task();
            files.put(model, Map.of(data.task(), "tanganke/" + model));
            all.put(data.task(), "tanganke/" + model);
        }
        files.put(tower + "_eight_tasks", all);
        return files;
    }

    private static Map<String, Object> dataset(Data data, String split) {
        Map<String, Object> dataset = new LinkedHashMap<>();
        dataset.put("path", data.reference());
        if (!data.configuration().isEmpty()) {
            dataset.put("name", data.configuration());
        }
        dataset.put("split", split);
        return dataset;
    }
}
