package org.amalgam.report;

import org.amalgam.figure.Figure;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one method did in a run, or what an analysis found.
 *
 * @param name the method's name; the row of the accuracy table with this label is its result
 * @param sentence one sentence that says what the method does, with the formula where that is short
 * @param citation the paper, empty where there is none
 * @param settings every setting in order, nested maps for nested settings
 * @param modelInfo size of the merged model
 * @param figures the method's own figures, in the order in which they are shown
 * @param profile where its time went, where it was profiled
 */
public record MethodSection(
        String name,
        String sentence,
        String citation,
        Map<String, Object> settings,
        Optional<ModelInfo> modelInfo,
        List<Figure> figures,
        Optional<Profile> profile) {

    public MethodSection {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        figures = List.copyOf(figures);
    }
}
