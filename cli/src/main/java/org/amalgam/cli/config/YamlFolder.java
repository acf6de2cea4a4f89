package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Yaml;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A folder of group files: {@code FOLDER/method/mine.yaml} is {@code mine} of the group {@code method}.
 *
 * @param folder the folder, as the user wrote it: errors name its files by it
 */
record YamlFolder(Path folder) implements BuiltIn {

    private static final String ENDING = ".yaml";
    private static final int MAX_DEPTH = 8;

    /**
     * A user's folder.
     *
     * @throws AmalgamException if there is no such folder
     */
    static YamlFolder existing(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new AmalgamException("--config-dir " + folder + ": no such folder.");
        }
        return new YamlFolder(folder);
    }

    @Override
    public List<String> names(Group group) {
        Path files = folder.resolve(group.key());
        if (!Files.isDirectory(files)) {
            return List.of();
        }
        try (Stream<Path> found = Files.walk(files, MAX_DEPTH)) {
            return found.filter(Files::isRegularFile)
                    .map(file -> files.relativize(file)
                            .toString()
                            .replace(file.getFileSystem().getSeparator(), "/"))
                    .filter(name -> name.endsWith(ENDING))
                    .map(name -> name.substring(0, name.length() - ENDING.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new AmalgamException(
                    files + ": cannot be listed (" + e.getClass().getSimpleName() + ").", e);
        }
    }

    @Override
    public Optional<MapNode> find(Group group, String name) {
        Path file = folder.resolve(group.key()).resolve(name + ENDING);
        return Files.isRegularFile(file) ? Optional.of(Yaml.file(file)) : Optional.empty();
    }
}
