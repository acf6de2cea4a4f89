package org.amalgam.cli.run;

import org.amalgam.pool.ImageTaskSpec;
import org.amalgam.settings.Setting;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One entry of {@code test_datasets} or {@code train_datasets}. */
record DatasetSettings(
        @Setting(help = "folder or files: Parquet, image folder, IDX; a path, a list of paths, or a name on the hub")
        Object path,

        @Setting(value = "null", help = "which of a data set's configurations, a folder in it")
        Optional<String> name,

        @Setting(value = "''", help = "which part of a folder: train, test; empty where there is only one")
        String split,

        @Setting(value = "[]", help = "names of the classes in the order of the labels; optional where they are known")
        List<String> classnames,

        @Setting(value = "[]", help = "prompts with {} for the class name; optional where they are known")
        List<String> templates) {

    /**
     * The task that these images make.
     *
     * @param datasets the mapping that this entry stands in, for errors: {@code test_datasets}
     * @param folders where names become paths
     */
    ImageTaskSpec spec(String datasets, String task, Folders folders) {
        String key = datasets + "." + task + ".path";
        if (path instanceof List<?> several && several.stream().allMatch(String.class::isInstance)) {
            return new ImageTaskSpec(
                    task,
                    several.stream().map(part -> reference(part, key).path()).toList(),
                    split,
                    classnames,
                    templates);
        }
        ModelReference reference = reference(path, key);
        List<Path> files = folders.dataset(reference, name.orElse(""), split);
        if (reference.isHub()) {
            return new ImageTaskSpec(task, files, split, classnames, templates);
        }
        Path folder = files.get(0);
        Path part = name.map(folder::resolve).filter(Files::isDirectory).orElse(folder);
        return new ImageTaskSpec(task, List.of(part), split, classnames, templates);
    }

    private static ModelReference reference(Object given, String key) {
        return ModelReference.of(ModelReference.Kind.DATASET, given, key);
    }
}
