package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.pool.ImageTaskSpec;
import org.amalgam.pool.TextTaskSpec;
import org.amalgam.settings.Setting;

import java.nio.file.Path;
import java.util.List;

/** One entry of {@code test_datasets} or {@code train_datasets}. */
record DatasetSettings(
        @Setting(
                help =
                        "folder or files: Parquet, image folder, IDX; of texts Parquet, CSV, JSON lines; a path or a list of paths")
        Object path,

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

    /** As images. */
    ImageTaskSpec spec(String key, String name) {
        return new ImageTaskSpec(name, paths(key, name), split, classnames, templates);
    }

    /** As texts. */
    TextTaskSpec texts(String key, String name) {
        return new TextTaskSpec(name, paths(key, name), split, columns, classnames);
    }

    private List<Path> paths(String key, String name) {
        if (path instanceof String one) {
            return List.of(Path.of(one));
        }
        if (path instanceof List<?> several && several.stream().allMatch(String.class::isInstance)) {
            return several.stream().map(part -> Path.of((String) part)).toList();
        }
        throw new AmalgamException(key + "." + name + ".path: expected a path or a list of paths, found " + path);
    }
}
