package org.amalgam.data.dataset;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Hashes;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Image files in one subfolder a class, or in one folder without classes. Classes are in the order of their names, numerically where
 * every name is a whole number; files in that of their names.
 */
public final class ImageFolder implements ImageDataset {

    private static final Set<String> EXTENSIONS =
            Set.of("png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "pgm", "ppm", "webp");

    private final String name;
    private final Path root;
    private final List<Entry> entries;
    private final List<String> classNames;
    private final Optional<String> hiddenLabels;
    private String fingerprint;

    private record Entry(Path file, int label) {}

    private ImageFolder(
            String name, Path root, List<Entry> entries, List<String> classNames, Optional<String> hiddenLabels) {
        this.name = name;
        this.root = root;
        this.entries = entries;
        this.classNames = classNames;
        this.hiddenLabels = hiddenLabels;
    }

    /**
     * Lists the folder.
     *
     * @param classNames empty for the subfolders' names. Otherwise either every subfolder bears one of these names, or there are
     *     as many names as subfolders, which they name in order; no subfolder then bears the name of another place
     * @throws AmalgamException if the names fit in neither way, or there is no image at all or in a folder that no name is given for
     */
    public static ImageFolder open(String name, Path root, List<String> classNames) {
        if (!looksLikeOne(root)) {
            throw new AmalgamException(
                    "the data set " + name + " is empty: no subfolder of " + root + " holds an image ("
                            + String.join(", ", EXTENSIONS.stream().sorted().toList()) + ")");
        }
        List<ClassFolder> folders = classFolders(root, classNames);
        List<String> own = folders.stream().map(ClassFolder::name).toList();
        List<String> names = List.copyOf(classNames.isEmpty() ? own : classNames);
        boolean byName = names.containsAll(own);
        if (!byName) {
            requireOrder(root, own, names);
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < folders.size(); i++) {
            int label = byName ? names.indexOf(own.get(i)) : i;
            folders.get(i).images().forEach(file -> entries.add(new Entry(file, label)));
        }
        return new ImageFolder(name, root, List.copyOf(entries), names, Optional.empty());
    }

    private static void requireOrder(Path root, List<String> own, List<String> names) {
        if (names.size() != own.size()) {
            throw new AmalgamException(root + ": expected one subfolder for each of " + names.size()
                    + " class names, found " + own.size() + ": " + String.join(", ", own));
        }
        Optional<String> elsewhere = own.stream()
                .filter(names::contains)
                .filter(folder -> !names.get(own.indexOf(folder)).equals(folder))
                .findFirst();
        if (elsewhere.isPresent()) {
            List<String> strangers =
                    own.stream().filter(folder -> !names.contains(folder)).toList();
            throw new AmalgamException(root + ": the subfolder " + elsewhere.get() + " has the name of a class, and "
                    + String.join(", ", strangers) + " of none; expected all subfolders named as the classes "
                    + String.join(", ", names) + ", or classnames in the subfolders' order");
        }
    }

    /**
     * Lists the images that lie in the folder itself, which are of no class.
     *
     * @param classNames of the classes that they might be of
     */
    static ImageFolder unlabelled(String name, Path root, List<String> classNames) {
        List<Entry> entries =
                images(root).stream().map(file -> new Entry(file, Labels.NONE)).toList();
        return new ImageFolder(name, root, entries, List.copyOf(classNames), Optional.of(Labels.unsorted(name, root)));
    }

    /** Whether images lie in the folder itself and in no subfolder. */
    static boolean looksUnlabelled(Path root) {
        return !looksLikeOne(root) && !images(root).isEmpty();
    }

    /** Whether some subfolder holds images, which makes a folder a data set of this kind. */
    static boolean looksLikeOne(Path root) {
        return subfolders(root).stream().anyMatch(folder -> !images(folder).isEmpty());
    }

    static List<Path> subfolders(Path root) {
        return list(root).stream().filter(Files::isDirectory).toList();
    }

    private record ClassFolder(Path path, List<Path> images) {
        String name() {
            return path.getFileName().toString();
        }
    }

    /**
     * The classes' folders. Names that are numbers are labels, and 10 follows 9: as texts it would follow 1. What other programs
     * leave, {@code __MACOSX}, is none of them; an empty folder of any other name might be one whose images are missing.
     */
    private static List<ClassFolder> classFolders(Path root, List<String> classNames) {
        List<ClassFolder> folders = subfolders(root).stream()
                .map(folder -> new ClassFolder(folder, images(folder)))
                .filter(folder ->
                        !folder.name().startsWith("__") || !folder.images().isEmpty())
                .toList();
        for (ClassFolder folder : folders) {
            if (folder.images().isEmpty() && !classNames.contains(folder.name())) {
                throw new AmalgamException(
                        folder.path() + ": a class without an image; remove the folder, or list its name"
                                + " under classnames if it is one");
            }
        }
        return folders.stream().allMatch(folder -> folder.name().matches("\\d+"))
                ? folders.stream()
                        .sorted(Comparator.comparing(folder -> new BigInteger(folder.name())))
                        .toList()
                : folders;
    }

    private static List<Path> images(Path folder) {
        return list(folder).stream()
                .filter(file -> EXTENSIONS.contains(extension(file)) && Files.isRegularFile(file))
                .toList();
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new AmalgamException(folder + " cannot be listed: " + e.getMessage(), e);
        }
    }

    private static String extension(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return entries.size();
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public int label(int index) {
        return entries.get(index).label;
    }

    @Override
    public Optional<String> hiddenLabels() {
        return hiddenLabels;
    }

    @Override
    public Example example(int index) {
        Entry entry = entries.get(index);
        try {
            return new Example(Files.readAllBytes(entry.file), entry.label, entry.file.toString());
        } catch (IOException e) {
            throw new AmalgamException(entry.file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Over each file's name relative to the folder, label and content, so that a renamed class is another set. */
    @Override
    public synchronized String fingerprint() {
        if (fingerprint == null) {
            fingerprint = hash();
        }
        return fingerprint;
    }

    private String hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Entry entry : entries) {
                String file = root.relativize(entry.file).toString().replace('\\', '/');
                String line = file + "\t" + entry.label + "\t" + Hashes.sha256(entry.file) + "\n";
                digest.update(line.getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
