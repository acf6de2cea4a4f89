package org.amalgam.cli.config;

import org.amalgam.AmalgamException;
import org.amalgam.data.FileTree;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Yaml;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A folder of group files: {@code FOLDER/method/mine.yaml} is {@code mine} of the group {@code method}; {@code FOLDER/all.yaml} is {@code all}
 * of the root.
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
    public List<String> names(String group) {
        Path files = folder.resolve(group);
        if (!Files.isDirectory(files)) {
            return List.of();
        }
        try {
            return FileTree.files(files, group.isEmpty() ? 1 : MAX_DEPTH).stream()
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
    public Optional<ConfigFile> find(String group, String name) {
        Path file = folder.resolve(group).resolve(name + ENDING);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        MapNode content = Yaml.file(file);
        try {
            return Optional.of(ConfigFile.read(content, Files.readString(file)));
        } catch (IOException e) {
            throw new AmalgamException(
                    file + ": cannot be read (" + e.getClass().getSimpleName() + ").", e);
        }
    }
}
