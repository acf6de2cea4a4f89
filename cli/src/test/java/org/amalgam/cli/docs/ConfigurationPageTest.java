package org.amalgam.cli.docs;

import org.amalgam.cli.config.RootSettings;
import org.amalgam.settings.SettingsSchema;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The page of the settings that every run has. */
class ConfigurationPageTest {

    @Test
    void theTableIsTheRecordsDeclaration() {
        String expected = Pages.table(SettingsSchema.of(RootSettings.class));

        assertThat(Pages.section(Pages.read("docs/configuration.md"), "## Settings of every run"))
                .withFailMessage(
                        () -> "docs/configuration.md: below \"## Settings of every run\" this table must stand:\n\n"
                                + expected)
                .contains("\n" + expected + "\n");
    }
}
