package org.amalgam.cli.run;

import org.amalgam.data.dataset.Configurations;
import org.amalgam.pool.ImageTaskSpec;
import org.amalgam.pool.TextTaskSpec;
import org.amalgam.settings.Setting;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One entry of {@code test_datasets} or {@code train_datasets}. */
record DatasetSettings(
        @Setting(
                help =
                        "folder or files: Parquet, image folder, IDX; of texts Parquet, CSV, JSON lines; a path, a list of paths, or a name on the hub")
        Object path,

        @Setting(value = "null", help = "which of a data set's configurations, a folder in it")
        Optional<String> name,

        @Setting(value = "''", help = "which part of a folder: train, test; empty where there is only one")
        String split,

        @Setting(value = "[]", help = "names of the classes in the order of the labels; optional where they are known")
        List<String> classnames,

        @Setting(value = "[]", help = "prompts with {} for the class name; optional where they are known")
        List<String> templates,

        @Setting(
                value = "[]",
                help = "columns of the texts, one or two; optional where they have one of the usual names")
        List<String> columns) {

    /**
     * The task that these images make.
     *
     * @param datasets the mapping that this entry stands in, for errors: {@code test_datasets}
     * @param folders where names become paths
     */
    ImageTaskSpec spec(String datasets, String task, Folders folders) {
        return new ImageTaskSpec(task, paths(datasets, task, folders), split, classnames, templates);
    }

    /** The task that these texts make. */
    TextTaskSpec texts(String datasets, String task, Folders folders) {
        return new TextTaskSpec(task, paths(datasets, task, folders), split, columns, classnames);
    }

    private List<Path> paths(String datasets, String task, Folders folders) {
        String key = datasets + "." + task + ".path";
        if (path instanceof List<?> several && several.stream().allMatch(String.class::isInstance)) {
            return several.stream().map(part -> reference(part, key).path()).toList();
        }
        ModelReference reference = reference(path, key);
        List<Path> files = folders.dataset(reference, name.orElse(""), split);
        if (reference.isHub()) {
            return files;
        }
        Path folder = files.get(0);
        return List.of(name.map(own -> Configurations.folder(folder, own)).orElse(folder));
    }

    private static ModelReference reference(Object given, String key) {
        return ModelReference.of(ModelReference.Kind.DATASET, given, key);
    }
}
