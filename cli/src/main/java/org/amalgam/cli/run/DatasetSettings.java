package org.amalgam.cli.run;

import org.amalgam.pool.ImageTaskSpec;
import org.amalgam.settings.Setting;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One entry of {@code test_datasets}. */
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

    ImageTaskSpec spec(String task) {
        String key = "test_datasets." + task + ".path";
        if (path instanceof List<?> several && several.stream().allMatch(String.class::isInstance)) {
            return new ImageTaskSpec(
                    task, several.stream().map(part -> local(part, key)).toList(), split, classnames, templates);
        }
        Path folder = local(path, key);
        Path part = name.map(folder::resolve).filter(Files::isDirectory).orElse(folder);
        return new ImageTaskSpec(task, List.of(part), split, classnames, templates);
    }

    private static Path local(Object given, String key) {
        return ModelReference.of(ModelReference.Kind.DATASET, given, key).resolve();
    }
}
