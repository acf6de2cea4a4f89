package org.amalgam.analysis;

import org.amalgam.figure.Figure;

import java.util.List;

/**
 * What an analysis found.
 *
 * @param sentence the main thing, in one sentence
 * @param details one line each, for the terminal: the figures' main numbers
 * @param figures in the order in which they are shown
 * @param notes sentences that a reader of the report should know
 */
public record Findings(String sentence, List<String> details, List<Figure> figures, List<String> notes) {

    public Findings {
        details = List.copyOf(details);
        figures = List.copyOf(figures);
        notes = List.copyOf(notes);
    }
}
