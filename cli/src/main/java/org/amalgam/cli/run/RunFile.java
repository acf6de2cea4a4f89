package org.amalgam.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.AtomicFile;
import org.amalgam.cli.config.BuiltIn;
import org.amalgam.cli.config.Composer;
import org.amalgam.cli.config.RunConfig;
import org.amalgam.run.Run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a run was commanded, kept in its folder so that it can be carried on.
 *
 * @param overrides as they were given
 * @param configDirs folders with the user's own groups
 * @param configName the file of the root that its configuration begins with
 * @param directory the working directory, in which relative paths are meant
 * @param now when the configuration was composed, for {@code ${now:...}}; empty in files of earlier versions
 */
record RunFile(
        List<String> overrides,
        List<Path> configDirs,
        Optional<String> configName,
        Path directory,
        Optional<ZonedDateTime> now) {

    private static final String NOW = "now";
    private static final ObjectMapper JSON = new ObjectMapper();

    static RunFile of(RunConfig config) {
        return new RunFile(
                config.overrides(),
                config.configDirs(),
                config.configName(),
                Path.of("").toAbsolutePath(),
                Optional.of(config.now()));
    }

    /**
     * The run's configuration, of the moment at which it was first composed.
     *
     * @throws AmalgamException if an override or a group's file is wrong by now
     */
    RunConfig compose(BuiltIn builtIn, String... more) {
        ZonedDateTime moment = now.orElseGet(() -> ZonedDateTime.now(ZoneId.systemDefault()));
        return new Composer(configDirs, configName, moment, builtIn)
                .compose(Stream.concat(overrides.stream(), Stream.of(more)).toArray(String[]::new));
    }

    void write(Path folder) {
        ObjectNode tree = command();
        now.ifPresent(moment -> tree.put(NOW, moment.toString()));
        AtomicFile.write(folder.resolve(Run.COMMAND), tree.toPrettyString() + "\n");
    }

    /** Whether the folder is one of a run that was commanded just so, whenever that was. */
    boolean isIn(Path folder) {
        try {
            return JSON.readTree(folder.resolve(Run.COMMAND).toFile()) instanceof ObjectNode tree
                    && tree.without(NOW).equals(command());
        } catch (IOException none) {
            return false;
        }
    }

    private ObjectNode command() {
        ObjectNode tree = JSON.createObjectNode();
        tree.set("overrides", JSON.valueToTree(overrides));
        tree.set(
                "config_dirs",
                JSON.valueToTree(configDirs.stream().map(Path::toString).toList()));
        configName.ifPresent(name -> tree.put("config_name", name));
        tree.put("directory", directory.toString());
        return tree;
    }

    /** Whether a run began in the folder. */
    static boolean isAnyIn(Path folder) {
        return Files.exists(folder.resolve(Run.COMMAND));
    }

    /**
     * Refuses a folder that no run began in.
     *
     * @param key the setting that names it, with a colon; empty where it is the argument of a command
     * @throws AmalgamException if the file is not there
     */
    static void requireIn(Path folder, String key) {
        if (!isAnyIn(folder)) {
            throw new AmalgamException(key + folder + " is not the folder of a run: there is no " + Run.COMMAND
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
        Path file = folder.resolve(Run.COMMAND);
        try {
            JsonNode tree = JSON.readTree(file.toFile());
            RunFile read = new RunFile(
                    texts(tree.path("overrides")),
                    texts(tree.path("config_dirs")).stream().map(Path::of).toList(),
                    Optional.ofNullable(tree.path("config_name").asText(null)),
                    Path.of(tree.path("directory").asText()),
                    Optional.ofNullable(tree.path(NOW).asText(null)).map(ZonedDateTime::parse));
            if (!read.directory().equals(Path.of("").toAbsolutePath())) {
                throw new AmalgamException(folder + ": the run was begun in " + read.directory()
                        + ", where its relative paths are meant; resume it there");
            }
            return read;
        } catch (IOException e) {
            throw new AmalgamException(file + " cannot be read: " + e.getMessage(), e);
        } catch (DateTimeParseException e) {
            throw new AmalgamException(
                    file + ": now: expected a moment such as 2026-01-31T12:00:00Z, found " + e.getParsedString()
                            + "; put it right, or remove the key where no setting holds ${now:...}",
                    e);
        }
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
