package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.cli.config.RunConfig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a run was commanded, kept in its folder so that it can be carried on.
 *
 * @param overrides as they were given
 * @param configDirs folders with the user's own groups
 * @param configName the file of the root that its configuration begins with
 * @param directory the working directory, in which relative paths are meant
 */
record RunFile(List<String> overrides, List<Path> configDirs, Optional<String> configName, Path directory) {

    private static final String NAME = "run.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    static RunFile of(RunConfig config) {
        return new RunFile(
                config.overrides(),
                config.configDirs(),
                config.configName(),
                Path.of("").toAbsolutePath());
    }

    void write(Path folder) {
        AtomicFile.write(folder.resolve(NAME), text());
    }

    /** Whether the folder is one of a run that was commanded just so. */
    boolean isIn(Path folder) {
        try {
            return Files.readString(folder.resolve(NAME)).equals(text());
        } catch (IOException none) {
            return false;
        }
    }

    private String text() {
        ObjectNode tree = JSON.createObjectNode();
        tree.set("overrides", JSON.valueToTree(overrides));
        tree.set(
                "config_dirs",
                JSON.valueToTree(configDirs.stream().map(Path::toString).toList()));
        configName.ifPresent(name -> tree.put("config_name", name));
        tree.put("directory", directory.toString());
        return tree.toPrettyString() + "\n";
    }

    /** Whether a run began in the folder. */
    static boolean isAnyIn(Path folder) {
        return Files.exists(folder.resolve(NAME));
    }

    /**
     * Refuses a folder that no run began in.
     *
     * @param key the setting that names it, with a colon; empty where it is the argument of a command
     * @throws AmalgamException if the file is not there
     */
    static void requireIn(Path folder, String key) {
        if (!isAnyIn(folder)) {
            throw new AmalgamException(key + folder + " is not the folder of a run: there is no " + NAME
                    + " in it; name the folder that the run printed when it began");
        }
    }

    /**
     * What the folder says of its run.
     *
     * @throws AmalgamException if it holds none, or if this process works in another directory
     */
    static RunFile read(Path folder) {
        requireIn(folder, "");
        Path file = folder.resolve(NAME);
        try {
            JsonNode tree = JSON.readTree(file.toFile());
            RunFile read = new RunFile(
                    texts(tree.path("overrides")),
                    texts(tree.path("config_dirs")).stream().map(Path::of).toList(),
                    Optional.ofNullable(tree.path("config_name").asText(null)),
                    Path.of(tree.path("directory").asText()));
            if (!read.directory().equals(Path.of("").toAbsolutePath())) {
                throw new AmalgamException(folder + ": the run was begun in " + read.directory()
                        + ", where its relative paths are meant; resume it there");
            }
            return read;
        } catch (IOException e) {
            throw new AmalgamException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
