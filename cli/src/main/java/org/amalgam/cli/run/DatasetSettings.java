package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.pool.ImageTaskSpec;
import org.amalgam.settings.Setting;

import java.nio.file.Path;
import java.util.List;

/** One entry of {@code test_datasets} or {@code train_datasets}. */
record DatasetSettings(
        @Setting(help = "folder or files: Parquet, image folder, IDX; a path or a list of paths")
        Object path,

        @Setting(value = "''", help = "which part of a folder: train, test; empty where there is only one")
        String split,

        @Setting(value = "[]", help = "names of the classes in the order of the labels; optional where they are known")
        List<String> classnames,

        @Setting(value = "[]", help = "prompts with {} for the class name; optional where they are known")
        List<String> templates) {

    ImageTaskSpec spec(String key, String name) {
        List<Path> paths;
        if (path instanceof String one) {
            paths = List.of(Path.of(one));
        } else if (path instanceof List<?> several && several.stream().allMatch(String.class::isInstance)) {
            paths = several.stream().map(part -> Path.of((String) part)).toList();
        } else {
            throw new AmalgamException(key + "." + name + ".path: expected a path or a list of paths, found " + path);
        }
        return new ImageTaskSpec(name, paths, split, classnames, templates);
    }
}
