package org.amalgam.pool;

import java.nio.file.Path;
import java.util.List;

/**
 * Where a task's images are and what its classes are called.
 *
 * @param paths a folder, or files that make one set together: Parquet, image folder, IDX
 * @param split which part of a folder; empty where there is only one
 * @param classNames in the order of the labels; empty takes those known for a task of that name, or those that the data carry
 * @param templates prompts with {@code {}} for the class name; empty takes those known for a task of that name
 */
public record ImageTaskSpec(
        String name, List<Path> paths, String split, List<String> classNames, List<String> templates) {

    public ImageTaskSpec {
        paths = List.copyOf(paths);
        classNames = List.copyOf(classNames);
        templates = List.copyOf(templates);
    }
}
