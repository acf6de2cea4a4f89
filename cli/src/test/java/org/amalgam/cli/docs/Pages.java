package org.amalgam.cli.docs;

import org.amalgam.settings.SettingsEntry;
import org.amalgam.settings.SettingsSchema;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The project's Markdown pages, read as text. */
public final class Pages {

    private static final Pattern FENCE = Pattern.compile("(?ms)^```([a-z]*)\\n(.*?)^```$");
    private static final List<String> FOLDERS = List.of("docs", "zoo");

    private Pages() {}

    /** The project's folder: the nearest one upwards from where the tests run that has the documentation. */
    public static Path root() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("docs/configuration.md"))) {
                return folder;
            }
        }
        throw new IllegalStateException(
                "no docs/configuration.md above " + Path.of("").toAbsolutePath());
    }

    /** Every page that a reader is meant to find, relative to the root. */
    public static List<String> all() {
        List<String> pages = new ArrayList<>(List.of("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"));
        for (String folder : FOLDERS) {
            try (Stream<Path> files = Files.walk(root().resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md"))
                        .map(file -> root().relativize(file).toString().replace('\\', '/'))
                        .sorted()
                        .forEach(pages::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return pages;
    }

    /** A page's text; lines end in {@code \n} however they were checked out. */
    public static String read(String page) {
        try {
            return Files.readString(root().resolve(page)).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The contents of the code blocks in a language, in order. */
    public static List<String> blocks(String text, String language) {
        List<String> blocks = new ArrayList<>();
        for (Matcher fence = FENCE.matcher(text); fence.find(); ) {
            if (fence.group(1).equals(language)) {
                blocks.add(fence.group(2));
            }
        }
        return blocks;
    }

    /** What stands below a heading, down to the next one of its level; empty if there is no such heading. */
    public static String section(String text, String heading) {
        int start = ("\n" + text).indexOf("\n" + heading + "\n");
        if (start < 0) {
            return "";
        }
        String rest = text.substring(start + heading.length());
        String level = heading.substring(0, heading.indexOf(' ') + 1);
        int end = rest.indexOf("\n" + level);
        return end < 0 ? rest : rest.substring(0, end + 1);
    }

    /** The table of a record's settings, as every page must have it. */
    static String table(SettingsSchema schema) {
        StringBuilder table = new StringBuilder("| key | default | meaning |\n|---|---|---|\n");
        rows(schema, "", table);
        return table.toString();
    }

    private static void rows(SettingsSchema schema, String prefix, StringBuilder table) {
        for (SettingsEntry entry : schema.entries()) {
            String key = prefix + entry.key();
            entry.nested()
                    .ifPresentOrElse(
                            nested -> rows(nested, key + ".", table),
                            () -> table.append("| `%s` | %s | %s |\n"
                                    .formatted(
                                            key,
                                            entry.isRequired() ? "must be given" : "`" + entry.defaultYaml() + "`",
                                            cell(meaning(entry)))));
        }
    }

    /** As {@code amalgam methods NAME} has it. */
    private static String meaning(SettingsEntry entry) {
        return entry.oneOf().isEmpty() ? entry.help() : entry.help() + " (" + entry.expected() + ")";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
