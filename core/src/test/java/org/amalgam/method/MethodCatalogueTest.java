package org.amalgam.method;

import org.amalgam.settings.Settings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MethodCatalogueTest {

    @Test
    void everyMethodIsDeclaredInFull() {
        assertThat(MethodCatalogue.ENTRIES.stream().map(MethodCatalogue.Entry::name))
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z][a-z_]*"));
        for (MethodCatalogue.Entry<?> entry : MethodCatalogue.ENTRIES) {
            assertThat(entry.summary()).as(entry.name()).isNotBlank().endsWith(".");
            assertThat(entry.citation()).as(entry.name()).matches(".+, .+ (19|20)\\d\\d");
            entry.settings().entries().forEach(setting -> assertThat(setting.help())
                    .as(entry.name() + "." + setting.key())
                    .isNotBlank());
            assertThat(Settings.defaults(entry.type())).as(entry.name()).isNotNull();
            assertThat(MethodCatalogue.find(entry.name())).contains(entry);
        }
    }

    @Test
    void aNameThatIsNoneIsNotFound() {
        assertThat(MethodCatalogue.find("adamergin")).isEmpty();
    }
}
