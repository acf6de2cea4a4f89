package org.amalgam.mixture;

import org.amalgam.model.Architecture;
import org.amalgam.model.Encoder;
import org.amalgam.model.FeedForwardSpec;
import org.amalgam.model.ParameterSpec;
import org.amalgam.nn.Layer;
import org.amalgam.nn.Layers;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A model whose feed-forward layers hold experts: everything of WEMoE but its routers.
 *
 * @param frozen every parameter outside the feed-forward layers, merged by task arithmetic
 * @param layers the upscaled feed-forward layers, first block first
 */
public record Upscaled(Architecture architecture, Weights frozen, List<Upscaling> layers) {

    /** One upscaled feed-forward layer. */
    public record Upscaling(FeedForwardSpec spec, Experts up, Experts down) {}

    public Upscaled {
        layers = List.copyOf(layers);
    }

    /**
     * The model of these parts, as {@link #tensors} gives them.
     *
     * @throws IllegalArgumentException if one is missing or of another shape
     */
    static Upscaled read(Architecture architecture, Weights parts) {
        List<Upscaling> layers = new ArrayList<>();
        Set<String> upscaled = new LinkedHashSet<>();
        for (FeedForwardSpec spec : architecture.feedForwards()) {
            layers.add(new Upscaling(
                    spec,
                    Experts.read(parts, spec.up().name()),
                    Experts.read(parts, spec.down().name())));
            upscaled.addAll(spec.parameters());
        }
        List<ParameterSpec> frozen = architecture.parameters().stream()
                .filter(spec -> !upscaled.contains(spec.name()))
                .toList();
        return new Upscaled(architecture, Mixtures.parameters(frozen, parts), layers);
    }

    /** Names of the upscaled layers. */
    public List<String> names() {
        return layers.stream().map(layer -> layer.spec().name()).toList();
    }

    /** A view that routes. */
    public Encoder encoder(RouterSpec spec, Weights routers, boolean batchReduce, RoutingObserver observer) {
        Map<String, Layer> replaced = new LinkedHashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            Upscaling layer = layers.get(i);
            String name = layer.spec().name();
            replaced.put(
                    name,
                    new WeightEnsembling(
                            name,
                            spec.router(routers, name, i),
                            batchReduce,
                            layer.up(),
                            layer.spec().activation(),
                            layer.down(),
                            observer));
        }
        return architecture.encoder(new Layers(frozen, replaced));
    }

    /** Scalars without the routers': a single model's and the experts'. */
    public long parameters() {
        long single = architecture.elements();
        return single
                + layers.stream()
                        .mapToLong(
                                layer -> layer.up().parameters() + layer.down().parameters())
                        .sum();
    }

    /** What a reader should know of how the experts are held: what a low rank lost. */
    public List<String> notes() {
        List<LowRankExperts> compressed = layers.stream()
                .flatMap(layer -> Stream.of(layer.up(), layer.down()))
                .filter(LowRankExperts.class::isInstance)
                .map(LowRankExperts.class::cast)
                .toList();
        if (compressed.stream().allMatch(experts -> experts.errors().isEmpty())) {
            return List.of();
        }
        DoubleSummaryStatistics errors = compressed.stream()
                .flatMap(experts -> experts.errors().stream())
                .mapToDouble(Double::doubleValue)
                .summaryStatistics();
        long held = compressed.stream().mapToLong(Experts::parameters).sum();
        long whole = compressed.stream().mapToLong(LowRankExperts::uncompressed).sum();
        return List.of(String.format(
                Locale.ROOT,
                "The experts' matrices are cut to rank %d: %,d scalars instead of %,d; what a matrix lost, relative to it in the"
                        + " Frobenius norm, is %.3f on average and %.3f at most.",
                compressed.get(0).rank(),
                held,
                whole,
                errors.getAverage(),
                errors.getMax()));
    }

    /** Every tensor that it is made of. */
    Map<String, Tensor> tensors() {
        Map<String, Tensor> all = new LinkedHashMap<>(frozen.entries());
        layers.forEach(layer -> {
            all.putAll(layer.up().tensors(layer.spec().up().name()).entries());
            all.putAll(layer.down().tensors(layer.spec().down().name()).entries());
        });
        return all;
    }
}
