package org.amalgam.report;

import org.amalgam.figure.Figure;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The result of a run: everything that a reader who did not run it needs to understand and repeat it.
 *
 * @param title one sentence without its full stop that says what was merged into what:
 *     {@code layer-wise adamerging of 6 experts into clip-vit-tiny}
 * @param finding what was found, in one sentence, where accuracies do not say it
 * @param methods one section a method that was run, in order; a single run has one
 * @param accuracy results; {@link AccuracyTable#empty()} where nothing was evaluated
 * @param inputs files read, with their hashes
 * @param command the command line that repeats the run
 * @param configuration every setting of the run, nested as in its {@code config.yaml}, the method's among them; empty where
 *     several methods or runs are compared
 * @param versions software
 * @param seed the run's seed; empty where runs of several seeds are compared
 * @param started when
 * @param wallSeconds how long
 * @param limits how far from the machine's limit
 * @param notes what a reader must know besides, a sentence each: warnings, fallbacks taken
 * @param overview figures that compare all merged models
 */
public record RunReport(
        String title,
        Optional<String> finding,
        List<MethodSection> methods,
        AccuracyTable accuracy,
        List<Input> inputs,
        String command,
        Map<String, Object> configuration,
        Versions versions,
        OptionalLong seed,
        Instant started,
        double wallSeconds,
        Limits limits,
        List<String> notes,
        List<Figure> overview) {

    public RunReport {
        overview = List.copyOf(overview);
        methods = List.copyOf(methods);
        inputs = List.copyOf(inputs);
        notes = List.copyOf(notes);
        configuration = Collections.unmodifiableMap(new LinkedHashMap<>(configuration));
    }

    /** A report of what accuracies say. */
    public RunReport(
            String title,
            List<MethodSection> methods,
            AccuracyTable accuracy,
            List<Input> inputs,
            String command,
            Versions versions,
            OptionalLong seed,
            Instant started,
            double wallSeconds,
            Limits limits,
            List<String> notes) {
        this(
                title,
                Optional.empty(),
                methods,
                accuracy,
                inputs,
                command,
                Map.of(),
                versions,
                seed,
                started,
                wallSeconds,
                limits,
                notes,
                Figures.averageByMethod(accuracy).stream().toList());
    }

    /** The report with every setting of its run. */
    public RunReport withConfiguration(Map<String, Object> settings) {
        return new RunReport(
                title,
                finding,
                methods,
                accuracy,
                inputs,
                command,
                settings,
                versions,
                seed,
                started,
                wallSeconds,
                limits,
                notes,
                overview);
    }

    /** The section of the headline row, else the first. */
    public Optional<MethodSection> headlineMethod() {
        return accuracy.headline()
                .flatMap(row -> methods.stream()
                        .filter(method -> method.name().equals(row.label()))
                        .findFirst())
                .or(() -> methods.stream().findFirst());
    }

    /**
     * How good the headline row is, in one sentence: its average with interval, the share of the experts' gain that it
     * keeps, and both ends of that scale. Says so where nothing was evaluated; an analysis says what it found.
     */
    public String verdict() {
        return finding.orElseGet(() -> Verdict.of(accuracy));
    }
}
