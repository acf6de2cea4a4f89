package org.amalgam.cli.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What was asked for, as a line that can be given to a POSIX shell again.
 *
 * @param configDirs folders with the user's own groups
 * @param configName the file of the root
 * @param overrides as they were given
 */
public record ShellCommand(List<Path> configDirs, Optional<String> configName, List<String> overrides) {

    /** What no shell changes. */
    private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

    /** Where a run was carried on is of no account for who repeats it. */
    private static final Pattern RESUME = Pattern.compile("\\+{0,2}resume=.*", Pattern.DOTALL);

    /** @param options that come before everything else */
    String text(String... options) {
        List<String> words = new ArrayList<>(List.of("amalgam"));
        words.addAll(List.of(options));
        configDirs.forEach(folder -> words.addAll(List.of("--config-dir", folder.toString())));
        configName.ifPresent(name -> words.addAll(List.of("--config-name", name)));
        overrides.stream()
                .filter(override -> !RESUME.matcher(override).matches())
                .forEach(words::add);
        return words.stream().map(ShellCommand::quoted).collect(Collectors.joining(" "));
    }

    public static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
