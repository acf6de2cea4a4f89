package org.amalgam.cli.docs;

import org.amalgam.analysis.AnalysisCatalogue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** A section for every analysis, whose table says what the analysis's record declares. */
class AnalysisPageTest {

    static List<AnalysisCatalogue.Entry<?>> entries() {
        return AnalysisCatalogue.ENTRIES;
    }

    @ParameterizedTest
    @MethodSource("entries")
    void theSectionSaysWhatTheCatalogueAndTheRecordSay(AnalysisCatalogue.Entry<?> entry) {
        String expected = Pages.table(entry.settings());

        assertThat(Pages.section(Pages.read("docs/analysis.md"), "## " + entry.name()))
                .contains("\n" + entry.summary() + "\n", entry.citation())
                .withFailMessage(() ->
                        "docs/analysis.md: below \"## " + entry.name() + "\" this table must stand:\n\n" + expected)
                .contains("\n" + expected + "\n");
    }
}
