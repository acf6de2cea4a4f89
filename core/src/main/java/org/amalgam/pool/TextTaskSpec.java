package org.amalgam.pool;

import java.nio.file.Path;
import java.util.List;

/**
 * Where a task's texts are.
 *
 * @param paths a folder, or files that make one set together: Parquet, CSV, JSON lines
 * @param split which part of a folder; empty where there is only one
 * @param columns of the texts, one or two; empty takes the first of the known ones
 * @param classNames that stand for labels; empty where labels are numbers
 */
public record TextTaskSpec(String name, List<Path> paths, String split, List<String> columns, List<String> classNames) {

    public TextTaskSpec {
        paths = List.copyOf(paths);
        columns = List.copyOf(columns);
        classNames = List.copyOf(classNames);
    }
}
