package org.amalgam.cli;

import org.amalgam.cli.config.RootSettings;
import org.amalgam.settings.SettingsEntry;
import org.amalgam.settings.SettingsSchema;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.UsageMessageSpec;

import java.util.ArrayList;
import java.util.List;

/** The section of the help that lists the settings of every run, read from their declaration. */
final class SettingsHelp {

    private static final String KEY = "settings";
    private static final int KEYS = 30;
    private static final int DEFAULTS = 14;

    private SettingsHelp() {}

    static void addTo(CommandLine line) {
        List<String> sections = new ArrayList<>(line.getHelpSectionKeys());
        sections.add(sections.indexOf(UsageMessageSpec.SECTION_KEY_FOOTER_HEADING), KEY);
        line.setHelpSectionKeys(sections);
        line.getHelpSectionMap().put(KEY, SettingsHelp::render);
    }

    private static String render(Help help) {
        int width = help.commandSpec().usageMessage().width();
        TextTable table = TextTable.forColumns(
                help.colorScheme(),
                new Column(KEYS, 2, Overflow.SPAN),
                new Column(DEFAULTS, 0, Overflow.SPAN),
                new Column(width - KEYS - DEFAULTS, 0, Overflow.WRAP));
        rows(table, SettingsSchema.of(RootSettings.class), "");
        return String.format("%nSettings of every run, with their defaults%n") + table;
    }

    private static void rows(TextTable table, SettingsSchema schema, String prefix) {
        for (SettingsEntry entry : schema.entries()) {
            entry.nested()
                    .ifPresentOrElse(
                            nested -> rows(table, nested, prefix + entry.key() + "."),
                            () -> table.addRowValues(prefix + entry.key(), entry.defaultYaml(), entry.help()));
        }
    }
}
