package org.amalgam.cli.config;

import org.amalgam.settings.MapNode;
import org.amalgam.settings.Yaml;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A file of a group before its defaults list and interpolations are resolved.
 *
 * @param content what it says
 * @param summary what it is for: the comment at its head up to an empty line, in one line; empty where there is none
 * @param place where its content goes, if a comment before everything else says so with {@code # @package PLACE}
 */
public record ConfigFile(MapNode content, String summary, Optional<String> place) {

    private static final Pattern PLACE = Pattern.compile("#\\s*@package\\s+(\\S+)\\s*");

    /** A file that was made, not written. */
    public static ConfigFile of(MapNode content, String summary) {
        return new ConfigFile(content, summary, Optional.empty());
    }

    /** Reads a text; {@code name} is what errors call it. */
    public static ConfigFile read(String text, String name) {
        return read(Yaml.mapping(text, name), text);
    }

    /** What was read from a text, and the text itself for the comments at its head. */
    static ConfigFile read(MapNode content, String text) {
        List<String> head = text.replaceFirst("^\\ufeff", "")
                .lines()
                .map(String::strip)
                .dropWhile(String::isEmpty)
                .takeWhile(line -> line.isEmpty() || line.startsWith("#"))
                .toList();
        String summary = head.stream()
                .takeWhile(line -> !line.isEmpty())
                .filter(line -> !PLACE.matcher(line).matches())
                .map(line -> line.replaceFirst("^#+\\s*", ""))
                .collect(Collectors.joining(" "))
                .strip();
        return new ConfigFile(
                content,
                summary,
                head.stream()
                        .map(PLACE::matcher)
                        .filter(Matcher::matches)
                        .map(place -> place.group(1))
                        .findFirst());
    }
}
