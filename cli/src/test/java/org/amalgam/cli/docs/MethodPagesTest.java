package org.amalgam.cli.docs;

import org.amalgam.cli.config.ClassPathConfig;
import org.amalgam.cli.config.Group;
import org.amalgam.method.MethodCatalogue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** A page for every method, whose table says what the method's record declares. */
class MethodPagesTest {

    static List<MethodCatalogue.Entry<?>> entries() {
        return MethodCatalogue.ENTRIES;
    }

    private static String page(MethodCatalogue.Entry<?> entry) {
        return Pages.read("docs/methods/" + entry.name() + ".md");
    }

    @ParameterizedTest
    @MethodSource("entries")
    void thePageSaysWhatTheCatalogueSays(MethodCatalogue.Entry<?> entry) {
        assertThat(page(entry)).startsWith("# " + entry.name() + "\n\n" + entry.summary() + "\n");
        assertThat(page(entry)).contains(entry.citation());
    }

    @ParameterizedTest
    @MethodSource("entries")
    void theTableIsTheRecordsDeclaration(MethodCatalogue.Entry<?> entry) {
        String settings = Pages.section(page(entry), "## Settings");
        if (entry.settings().entries().isEmpty()) {
            assertThat(settings).contains("It has no settings.").doesNotContain("|---");
            return;
        }
        String expected = Pages.table(entry.settings());
        assertThat(settings)
                .withFailMessage(() -> "docs/methods/" + entry.name()
                        + ".md: below \"## Settings\" this table must stand:\n\n" + expected)
                .contains("\n" + expected + "\n");
    }

    @Test
    void everyPageIsOfAMethod() {
        assertThat(Pages.all().stream().filter(page -> page.startsWith("docs/methods/")))
                .containsExactlyInAnyOrderElementsOf(entries().stream()
                        .map(entry -> "docs/methods/" + entry.name() + ".md")
                        .toList());
    }

    @Test
    void everyPresetIsDescribed() {
        String pages =
                String.join("\n", entries().stream().map(entry -> page(entry)).toList());

        assertThat(new ClassPathConfig(MethodPagesTest.class.getClassLoader()).names(Group.METHOD))
                .isNotEmpty()
                .allSatisfy(preset -> assertThat(pages).contains("`method=" + preset + "`"));
    }
}
