package org.amalgam.cli;

import org.amalgam.settings.SettingsEntry;
import org.amalgam.settings.SettingsSchema;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Settings as a table: key, default, meaning. */
final class SettingsTable {

    private SettingsTable() {}

    static Table of(SettingsSchema schema) {
        return new Table(
                List.of(Table.Column.left("setting"), Table.Column.left("default"), Table.Column.left("meaning")),
                rows(schema));
    }

    /** A row a setting; nested ones by their dotted keys. */
    static List<List<String>> rows(SettingsSchema schema) {
        List<List<String>> rows = new ArrayList<>();
        collect(schema, "", rows);
        return rows;
    }

    /** The same by the columns' names, for programs. */
    static List<Map<String, String>> plain(SettingsSchema schema) {
        return rows(schema).stream()
                .map(row -> Map.of("key", row.get(0), "default", row.get(1), "meaning", row.get(2)))
                .toList();
    }

    private static void collect(SettingsSchema schema, String prefix, List<List<String>> rows) {
        for (SettingsEntry entry : schema.entries()) {
            entry.nested()
                    .ifPresentOrElse(
                            nested -> collect(nested, prefix + entry.key() + ".", rows),
                            () -> rows.add(List.of(
                                    prefix + entry.key(),
                                    entry.isRequired() ? "must be given" : entry.defaultYaml(),
                                    meaning(entry))));
        }
    }

    private static String meaning(SettingsEntry entry) {
        return entry.oneOf().isEmpty() ? entry.help() : entry.help() + " (" + entry.expected() + ")";
    }
}
