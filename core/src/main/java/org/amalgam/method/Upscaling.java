package org.amalgam.method;

import org.amalgam.mixture.SmileLinear;
import org.amalgam.mixture.SmileUpscaling;
import org.amalgam.mixture.SmileUpscaling.Site;
import org.amalgam.mixture.SmileUpscaling.Spectrum;
import org.amalgam.model.LinearSpec;
import org.amalgam.pool.Model;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Linear maps of a pool upscaled to mixtures.
 *
 * @param layers by name; without those that no fine-tuned model changed, which stay the ancestor's
 * @param spectra of all maps, also of those
 */
record Upscaling(Map<String, SmileLinear> layers, Spectra spectra) {

    private record Work(Site site, int expert) {}

    /**
     * Upscales some linear maps of the pool, expert by expert, by all workers. The layers belong to the scope that is open.
     *
     * @throws org.amalgam.AmalgamException if a setting does not fit a matrix or the number of experts
     */
    static Upscaling of(SmileUpscaling how, List<LinearSpec> maps, ModelPool pool, Run run) {
        int experts = pool.experts().size();
        List<Site> sites = maps.stream()
                .map(map -> how.site(map, pool.ancestor().weights(), experts))
                .toList();
        List<Work> work = sites.stream()
                .flatMap(site -> IntStream.range(0, experts).mapToObj(k -> new Work(site, k)))
                .toList();
        List<Spectrum> found = run.deal("decomposing", work, (worker, item) -> {
            // A matrix is read once: its pages go with the mapping.
            try (Scope scope = Scope.open()) {
                Model own =
                        pool.expertMappedAgain(item.expert(), item.site().spec().parameters()::contains);
                return item.site().fill(item.expert(), own.weights());
            }
        });
        Map<String, SmileLinear> layers = new LinkedHashMap<>();
        Map<String, List<Spectrum>> spectra = new LinkedHashMap<>();
        for (int i = 0; i < sites.size(); i++) {
            Site site = sites.get(i);
            List<Spectrum> own = found.subList(i * experts, (i + 1) * experts);
            spectra.put(site.spec().name(), own);
            if (own.stream().anyMatch(Spectrum::changed)) {
                layers.put(site.spec().name(), site.layer());
            }
        }
        return new Upscaling(layers, new Spectra(spectra));
    }

    /**
     * What is not upscaled, in float32: the ancestor's, or the fine-tuned models' mean. The mean is taken where a parameter is
     * its module's weight or bias, as in a norm; a bare one, such as the class embedding, stays the ancestor's.
     */
    static Weights base(ModelPool pool, boolean averageExperts) {
        Set<String> linear = new LinkedHashSet<>();
        pool.architecture().linears().forEach(map -> linear.addAll(map.parameters()));
        return pool.ancestor()
                .weights()
                .map((name, theta) ->
                        averageExperts && !linear.contains(name) && (name.endsWith(".weight") || name.endsWith(".bias"))
                                ? mean(pool.experts(), name)
                                : theta.to(DType.F32));
    }

    private static Tensor mean(List<Model> experts, String name) {
        return Tensor.stack(experts.stream()
                        .map(expert -> expert.tensor(name).to(DType.F32))
                        .toList())
                .mean(0);
    }
}
