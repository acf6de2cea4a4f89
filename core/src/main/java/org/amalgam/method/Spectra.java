package org.amalgam.method;

import org.amalgam.figure.Axis;
import org.amalgam.figure.Figure;
import org.amalgam.mixture.SmileUpscaling.Spectrum;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What the decompositions showed.
 *
 * @param byLayer for every linear map one spectrum an expert
 */
record Spectra(Map<String, List<Spectrum>> byLayer) {

    /** Of no map yet. */
    static final Spectra NONE = new Spectra(Map.of());

    /** These maps and those. */
    Spectra and(Spectra more) {
        Map<String, List<Spectrum>> all = new LinkedHashMap<>(byLayer);
        all.putAll(more.byLayer);
        return new Spectra(all);
    }

    /** Sentences about fine-tuned models that are their ancestor in some maps. */
    List<String> notes(List<String> tasks) {
        List<String> notes = new ArrayList<>();
        List<String> left = byLayer.keySet().stream()
                .filter(name -> byLayer.get(name).stream().noneMatch(Spectrum::changed))
                .toList();
        if (!left.isEmpty()) {
            notes.add("No fine-tuned model changed " + named(left) + ": left as in the ancestor.");
        }
        for (int k = 0; k < tasks.size(); k++) {
            int expert = k;
            List<String> zero = byLayer.keySet().stream()
                    .filter(name -> !left.contains(name)
                            && !byLayer.get(name).get(expert).changed())
                    .toList();
            if (!zero.isEmpty()) {
                notes.add("The model of " + tasks.get(k) + " is the ancestor in " + named(zero)
                        + ": its expert there adds nothing, though tokens are still sent to it.");
            }
        }
        return notes;
    }

    private static String named(List<String> layers) {
        return layers.get(0)
                + (layers.size() == 1
                        ? ""
                        : " and " + (layers.size() - 1) + " more linear map" + (layers.size() == 2 ? "" : "s"));
    }

    /** The leading singular values of each model, averaged over its linear maps, one curve a task. */
    Figure figure(List<String> tasks, boolean ofDifferences) {
        int length = byLayer.values().stream()
                .mapToInt(own -> own.get(0).singularValues().size())
                .min()
                .orElse(0);
        double[] numbers = IntStream.rangeClosed(1, length).asDoubleStream().toArray();
        List<Figure.Series> curves = new ArrayList<>();
        for (int k = 0; k < tasks.size(); k++) {
            int expert = k;
            double[] means = IntStream.range(0, length)
                    .mapToDouble(i -> byLayer.values().stream()
                            .mapToDouble(own -> own.get(expert).singularValues().get(i))
                            .average()
                            .orElse(0))
                    .toArray();
            curves.add(Figure.Series.of(tasks.get(k), numbers, means));
        }
        return new Figure.Lines(
                "Leading singular values of the " + (ofDifferences ? "task vectors" : "fine-tuned matrices"),
                "Each line is one model's singular values, averaged over its linear maps: the faster it falls, the more a"
                        + " gate or an expert of low rank holds of it.",
                Axis.of("number of the singular value"),
                Axis.of("singular value"),
                curves,
                0);
    }
}
