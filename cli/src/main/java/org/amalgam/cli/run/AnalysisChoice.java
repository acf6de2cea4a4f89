package org.amalgam.cli.run;

import org.amalgam.AmalgamException;
import org.amalgam.analysis.Analysis;
import org.amalgam.analysis.AnalysisCatalogue;
import org.amalgam.cli.config.GroupChoice;
import org.amalgam.settings.MapNode;
import org.amalgam.settings.Settings;

import java.util.Map;

/**
 * The analysis of a run.
 *
 * @param entry the catalogue's
 * @param analysis with its settings
 * @param settings the same as plain values, for the report
 */
record AnalysisChoice(AnalysisCatalogue.Entry<?> entry, Analysis analysis, Map<String, Object> settings) {

    static AnalysisChoice of(GroupChoice choice) {
        AnalysisCatalogue.Entry<?> entry = AnalysisCatalogue.find(choice.base())
                .orElseThrow(() -> new AmalgamException("analysis=" + choice.name() + " builds on " + choice.base()
                        + ", which is no analysis; its defaults list must name one of them"));
        return bound(entry, choice.node());
    }

    private static <A extends Record & Analysis> AnalysisChoice bound(AnalysisCatalogue.Entry<A> entry, MapNode node) {
        A analysis = Settings.bind(entry.type(), node, "analysis", entry.name());
        return new AnalysisChoice(entry, analysis, Settings.values(analysis));
    }
}
