package org.amalgam.cli.docs;

import org.amalgam.analysis.AnalysisCatalogue;
import org.amalgam.cli.config.RootSettings;
import org.amalgam.settings.SettingsSchema;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The page of the settings that every run has. */
class ConfigurationPageTest {

    private static final String PAGE = Pages.read("docs/configuration.md");

    @Test
    void theTableIsTheRecordsDeclaration() {
        String expected = Pages.table(SettingsSchema.of(RootSettings.class));

        assertThat(Pages.section(PAGE, "## Settings of every run"))
                .withFailMessage(
                        () -> "docs/configuration.md: below \"## Settings of every run\" this table must stand:\n\n"
                                + expected)
                .contains("\n" + expected + "\n");
    }

    @Test
    void theTableOfGroupsNamesEveryAnalysis() {
        String row = Pages.section(PAGE, "## Groups")
                .lines()
                .filter(line -> line.startsWith("| `analysis` |"))
                .findFirst()
                .orElseThrow();
        assertThat(AnalysisCatalogue.ENTRIES)
                .allSatisfy(entry -> assertThat(row).contains("`" + entry.name() + "`"));
    }
}
