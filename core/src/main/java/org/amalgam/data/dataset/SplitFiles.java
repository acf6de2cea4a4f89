package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;
import org.amalgam.data.FileTree;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The data files of a folder by split, in the layouts that the hub has: {@code <split>-00000-of-00002.parquet},
 * {@code <split>.parquet} or {@code <split>/*.parquet}, at the top, in {@code data/} or in a configuration's folder; with other
 * endings likewise.
 */
final class SplitFiles {

    private static final Pattern SHARD = Pattern.compile("(.+?)[-_.](\\d+)-of-(\\d+)(-[0-9a-f]+)?");
    private static final Pattern NUMBERED = Pattern.compile("\\d+|part[-_.]?\\d.*");
    private static final Pattern SPLIT_WORD = Pattern.compile("(?:.*[-_.])?(train|test|validation|valid|val|dev)");

    private SplitFiles() {}

    /** Split names to files in the order of their names; empty where the folder holds no file of that ending. */
    static Map<String, List<Path>> bySplit(Path folder, String ending) {
        Map<String, List<Path>> splits = new TreeMap<>();
        try {
            FileTree.files(folder, 3).stream()
                    .filter(file -> file.getFileName().toString().endsWith("." + ending))
                    .forEach(file -> splits.computeIfAbsent(splitOf(folder, file), split -> new ArrayList<>())
                            .add(file));
        } catch (IOException e) {
            throw new AmalgamException(folder + " cannot be listed: " + e.getMessage(), e);
        }
        return splits;
    }

    private static String splitOf(Path folder, Path file) {
        String parent =
                file.toAbsolutePath().normalize().getParent().getFileName().toString();
        String stem = stem(file);
        Matcher parentWord = SPLIT_WORD.matcher(parent);
        boolean inSplitFolder = !file.getParent().equals(folder)
                && parentWord.matches()
                && parentWord.group(1).equals(parent);
        if (inSplitFolder || NUMBERED.matcher(stem).matches()) {
            return parent;
        }
        Matcher word = SPLIT_WORD.matcher(stem);
        return word.matches() ? word.group(1) : stem;
    }

    /** The file's name without the ending and the number of the shard. */
    private static String stem(Path file) {
        String name = withoutEnding(file);
        Matcher shard = SHARD.matcher(name);
        return shard.matches() ? shard.group(1) : name;
    }

    private static String withoutEnding(Path file) {
        return file.getFileName().toString().replaceFirst("\\.[^.]+$", "");
    }

    /**
     * The files of one split, checked to be one set: a shard left out would silently shrink it, two configurations read as one
     * would mix two.
     */
    static List<Path> requireOneSet(List<Path> files) {
        Path first = files.get(0);
        for (Path file : files) {
            boolean sameName = stem(file).equals(stem(first))
                    || NUMBERED.matcher(stem(file)).matches();
            if (!file.getParent().equals(first.getParent()) || !sameName) {
                throw new AmalgamException("the same split lies in " + first + " and in " + file
                        + "; give the one that is meant as the path");
            }
        }
        Matcher shard = SHARD.matcher(withoutEnding(first));
        if (shard.matches() && !new BigInteger(shard.group(3)).equals(BigInteger.valueOf(files.size()))) {
            throw new AmalgamException(first + ": expected " + new BigInteger(shard.group(3)) + " shards, found "
                    + files.size() + "; fetch the missing ones");
        }
        return files;
    }
}
