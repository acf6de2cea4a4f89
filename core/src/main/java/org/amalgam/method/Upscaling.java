package org.amalgam.method;

import org.amalgam.figure.Axis;
import org.amalgam.figure.Figure;
import org.amalgam.mixture.SmileLinear;
import org.amalgam.mixture.SmileUpscaling;
import org.amalgam.mixture.SmileUpscaling.Site;
import org.amalgam.mixture.SmileUpscaling.Spectrum;
import org.amalgam.model.LinearSpec;
import org.amalgam.pool.Model;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Progress;
import org.amalgam.run.Run;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Linear maps of a pool upscaled to mixtures.
 *
 * @param layers by name; without those that no fine-tuned model changed, which stay the ancestor's
 * @param spectra for every layer one spectrum an expert
 */
record Upscaling(Map<String, SmileLinear> layers, Map<String, List<Spectrum>> spectra) {

    private record Work(Site site, int expert) {}

    /**
     * Upscales some linear maps of the pool, expert by expert, by all workers. The layers belong to the scope that is open.
     *
     * @throws org.amalgam.AmalgamException if a setting does not fit a matrix or the number of experts
     */
    static Upscaling of(SmileUpscaling how, List<LinearSpec> maps, ModelPool pool, Run run) {
        List<Weights> experts = pool.experts().stream().map(Model::weights).toList();
        List<Site> sites = maps.stream()
                .map(map -> how.site(map, pool.ancestor().weights(), experts))
                .toList();
        List<Work> work = sites.stream()
                .flatMap(site -> IntStream.range(0, experts.size()).mapToObj(k -> new Work(site, k)))
                .toList();
        AtomicLong done = new AtomicLong();
        List<Spectrum> found;
        try (Progress progress = run.progress().progress("decomposing", work.size())) {
            found = run.workers().deal(work, (worker, item) -> {
                Spectrum spectrum = item.site().fill(item.expert());
                synchronized (progress) {
                    progress.step(done.incrementAndGet(), "");
                }
                return spectrum;
            });
        }
        Map<String, SmileLinear> layers = new LinkedHashMap<>();
        Map<String, List<Spectrum>> spectra = new LinkedHashMap<>();
        for (int i = 0; i < sites.size(); i++) {
            Site site = sites.get(i);
            List<Spectrum> own = found.subList(i * experts.size(), (i + 1) * experts.size());
            spectra.put(site.spec().name(), own);
            if (own.stream().anyMatch(Spectrum::changed)) {
                layers.put(site.spec().name(), site.layer());
            }
        }
        return new Upscaling(layers, spectra);
    }

    /** These layers and those. */
    Upscaling and(Upscaling more) {
        Map<String, SmileLinear> allLayers = new LinkedHashMap<>(layers);
        allLayers.putAll(more.layers);
        Map<String, List<Spectrum>> allSpectra = new LinkedHashMap<>(spectra);
        allSpectra.putAll(more.spectra);
        return new Upscaling(allLayers, allSpectra);
    }

    /**
     * What is not upscaled, in float32: the ancestor's, or the fine-tuned models' mean. The mean is taken where a parameter is
     * its module's weight or bias, as in a norm; a bare one, such as the class embedding, stays the ancestor's.
     */
    static Weights base(ModelPool pool, boolean averageExperts) {
        Set<String> linear = new LinkedHashSet<>();
        pool.architecture().linears().forEach(map -> linear.addAll(List.of(map.weight(), map.bias())));
        return pool.ancestor()
                .weights()
                .map((name, theta) ->
                        averageExperts && !linear.contains(name) && (name.endsWith(".weight") || name.endsWith(".bias"))
                                ? mean(pool.experts(), name)
                                : theta.to(DType.F32));
    }

    private static Tensor mean(List<Model> experts, String name) {
        return Tensor.stack(experts.stream()
                        .map(expert -> expert.weights().get(name).to(DType.F32))
                        .toList())
                .mean(0);
    }

    /** Sentences about fine-tuned models that are their ancestor in some maps. */
    List<String> notes(List<String> tasks) {
        List<String> notes = new ArrayList<>();
        List<String> left = spectra.keySet().stream()
                .filter(name -> spectra.get(name).stream().noneMatch(Spectrum::changed))
                .toList();
        if (!left.isEmpty()) {
            notes.add("No fine-tuned model changed " + named(left) + ": left as in the ancestor.");
        }
        for (int k = 0; k < tasks.size(); k++) {
            int expert = k;
            List<String> zero = layers.keySet().stream()
                    .filter(name -> !spectra.get(name).get(expert).changed())
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
    Figure spectraFigure(List<String> tasks, boolean ofDifferences) {
        int length = spectra.values().stream()
                .mapToInt(own -> own.get(0).singularValues().size())
                .min()
                .orElse(0);
        double[] numbers = IntStream.rangeClosed(1, length).asDoubleStream().toArray();
        List<Figure.Series> curves = new ArrayList<>();
        for (int k = 0; k < tasks.size(); k++) {
            int expert = k;
            double[] means = IntStream.range(0, length)
                    .mapToDouble(i -> spectra.values().stream()
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
