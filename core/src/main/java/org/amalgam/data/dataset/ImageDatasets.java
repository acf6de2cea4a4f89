package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Opens a data set from where the user says it is, whatever kind it is of. */
public final class ImageDatasets {

    private static final Pattern IDX_IMAGES = Pattern.compile("(.*?)[-_.]images[-.]idx3-ubyte(\\.gz)?");

    /** Other names under which a split is found. */
    private static final Map<String, List<String>> ALIASES = Map.of(
            "validation", List.of("val", "valid", "dev"),
            "val", List.of("validation", "valid"),
            "test", List.of("t10k"));

    private ImageDatasets() {}

    /**
     * Opens one path.
     *
     * @param path a folder with Parquet files, IDX files, class subfolders or images of no class, or a single Parquet file
     * @param split which part of a folder; for a file it is of no account, and it may be empty where a folder has only one. A
     *     folder of classes or images has none, but may be one by its own name
     * @param classNames empty for those that the data set carries
     * @param name what the user calls the data set
     * @throws AmalgamException if nothing is found there (the message lists the splits that exist), or the data are wrong
     */
    public static ImageDataset open(Path path, String split, List<String> classNames, String name) {
        if (Files.isRegularFile(path)) {
            return open(List.of(path), split, classNames, name);
        }
        if (!Files.isDirectory(path)) {
            throw new AmalgamException(
                    path + " does not exist; the data set " + name + " should be a folder or a Parquet file there");
        }
        return parquet(path, split, classNames, name)
                .or(() -> idx(path, split, classNames, name))
                .or(() -> folder(path, split, classNames, name))
                .orElseThrow(() -> new AmalgamException(path + " holds no data set: looked for Parquet files"
                        + " (<split>-*.parquet, <split>/*.parquet), IDX files (*-images-idx3-ubyte) and images, in a"
                        + " subfolder for each class or unlabelled"));
    }

    /** As above for several paths: Parquet files that make one set together, in this order. A single path may be a folder. */
    public static ImageDataset open(List<Path> paths, String split, List<String> classNames, String name) {
        if (paths.isEmpty()) {
            throw new AmalgamException("the data set " + name + " has no path; name a folder or a file");
        }
        if (paths.size() == 1 && !Files.isRegularFile(paths.get(0))) {
            return open(paths.get(0), split, classNames, name);
        }
        for (Path path : paths) {
            if (!Files.isRegularFile(path) || !path.toString().endsWith(".parquet")) {
                throw new AmalgamException(path + (Files.exists(path) ? " is not" : " does not exist; expected")
                        + " a file whose name ends in .parquet; folders are given one by one");
            }
        }
        return ParquetImages.open(name, paths, classNames);
    }

    private static Optional<ImageDataset> parquet(Path path, String split, List<String> classNames, String name) {
        Map<String, List<Path>> splits = SplitFiles.bySplit(path, "parquet");
        if (splits.isEmpty()) {
            return Optional.empty();
        }
        List<Path> files = SplitFiles.requireOneSet(splits.get(choose(path, splits.keySet(), split)));
        return Optional.of(ParquetImages.open(name, files, classNames));
    }

    private static Optional<ImageDataset> idx(Path path, String split, List<String> classNames, String name) {
        Set<String> splits = new TreeSet<>();
        try (Stream<Path> files = Files.list(path)) {
            files.map(file -> IDX_IMAGES.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .forEach(match -> splits.add(match.group(1)));
        } catch (IOException e) {
            throw new AmalgamException(path + " cannot be listed: " + e.getMessage(), e);
        }
        if (splits.isEmpty()) {
            return Optional.empty();
        }
        String chosen = choose(path, splits, split);
        return Optional.of(IdxImages.open(
                name, idxFile(path, chosen, "images", 3), idxFile(path, chosen, "labels", 1), classNames));
    }

    private static Path idxFile(Path folder, String split, String what, int dimensions) {
        for (String separators : List.of("--", "-.")) {
            String file = split + separators.charAt(0) + what + separators.charAt(1) + "idx" + dimensions + "-ubyte";
            for (String ending : List.of("", ".gz")) {
                if (Files.isRegularFile(folder.resolve(file + ending))) {
                    return folder.resolve(file + ending);
                }
            }
        }
        throw new AmalgamException(folder + ": expected " + split + "-" + what + "-idx" + dimensions
                + "-ubyte or the same with .gz beside the other files of the split");
    }

    private static Optional<ImageDataset> folder(Path path, String split, List<String> classNames, String name) {
        Set<String> splits = new TreeSet<>();
        for (Path subfolder : ImageFolder.subfolders(path)) {
            if (ImageFolder.looksLikeOne(subfolder)) {
                splits.add(subfolder.getFileName().toString());
            }
        }
        if (!splits.isEmpty()) {
            Path chosen = path.resolve(choose(path, splits, split));
            return Optional.of(ImageFolder.open(name, chosen, classNames));
        }
        if (ImageFolder.looksUnlabelled(path)) {
            requireOneSplit(path, "images", split);
            return Optional.of(ImageFolder.unlabelled(name, path, classNames));
        }
        if (ImageFolder.subfolders(path).isEmpty()) {
            return Optional.empty();
        }
        ImageFolder classes = ImageFolder.open(name, path, classNames);
        requireOneSplit(path, "classes", split);
        return Optional.of(classes);
    }

    /** A split asked for in vain would be all images, those to be judged by among those to learn from. */
    private static void requireOneSplit(Path path, String found, String split) {
        String own = path.toAbsolutePath().normalize().getFileName().toString();
        if (!split.isEmpty() && names(split).noneMatch(own::equals)) {
            throw new AmalgamException(path + " holds " + found + " and no splits, so there is no split " + split
                    + "; leave split out, or name the folder that is meant");
        }
    }

    private static Stream<String> names(String split) {
        return Stream.concat(Stream.of(split), ALIASES.getOrDefault(split, List.of()).stream());
    }

    /** The split asked for, one that goes by another of its names, or the only one where none is asked for. */
    static String choose(Path path, Set<String> splits, String split) {
        if (split.isEmpty() && splits.size() == 1) {
            return splits.iterator().next();
        }
        return names(split)
                .filter(splits::contains)
                .findFirst()
                .orElseThrow(() ->
                        new AmalgamException(path + " has " + (split.isEmpty() ? "several splits" : "no split " + split)
                                + "; give split: " + String.join(" or ", splits)));
    }
}
