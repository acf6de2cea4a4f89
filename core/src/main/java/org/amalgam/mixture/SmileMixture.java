package org.amalgam.mixture;

import org.amalgam.model.Architecture;
import org.amalgam.model.Encoder;
import org.amalgam.model.LinearSpec;
import org.amalgam.nn.Layer;
import org.amalgam.nn.Layers;
import org.amalgam.nn.Linear;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A network whose linear maps are sparse mixtures of low-rank experts (Tang et al., SMILE, 2024).
 *
 * @param base every parameter of a single model: what the mixture's layers start from, and what is not upscaled
 * @param layers the upscaled maps by name; others compute with the base
 * @param description kind, {@code top_k}, and whatever a reader of the file should know
 */
public record SmileMixture(
        Architecture architecture, Weights base, Map<String, SmileLinear> layers, Map<String, String> description)
        implements Mixture {

    /** The kind that a description names. */
    static final String KIND = "smile";

    private static final String TOP_K = "top_k";

    /** A mixture of layers that were made of {@code base}. */
    public static SmileMixture of(
            Architecture architecture,
            Weights base,
            Map<String, SmileLinear> layers,
            int topK,
            Map<String, String> about) {
        Map<String, String> description = new LinkedHashMap<>(about);
        description.put(Mixtures.KIND, KIND);
        description.put(TOP_K, Integer.toString(topK));
        return new SmileMixture(architecture, base, layers, description);
    }

    /**
     * The mixture that was saved as {@link #weights} and {@link #description}.
     *
     * @throws IllegalArgumentException if something is missing
     */
    static SmileMixture read(Architecture architecture, Weights parts, Map<String, String> description) {
        Weights base = Mixtures.parameters(architecture.parameters(), parts);
        int topK = Mixtures.integer(description, TOP_K);
        Map<String, SmileLinear> layers = new LinkedHashMap<>();
        for (LinearSpec spec : architecture.linears()) {
            if (parts.entries().containsKey(spec.name() + SmileLinear.GATE)) {
                Linear pretrained = SmileUpscaling.linear(spec, parts);
                layers.put(spec.name(), SmileLinear.of(spec.name(), pretrained, parts, topK));
            }
        }
        return new SmileMixture(architecture, base, layers, description);
    }

    @Override
    public Encoder encoder(boolean batchReduce, RoutingObserver observer) {
        Map<String, Layer> observed = new LinkedHashMap<>();
        layers.forEach((name, layer) -> observed.put(name, layer.observed(name, observer)));
        return architecture.encoder(new Layers(base, observed));
    }

    /** Nothing is learned: gates and experts come from singular vectors. */
    @Override
    public ParameterCount parameters() {
        return new ParameterCount(0, weights().parameters());
    }

    @Override
    public Weights weights() {
        Map<String, Tensor> all = new LinkedHashMap<>(base.entries());
        layers.forEach((name, layer) -> all.putAll(layer.parts(name).entries()));
        return new Weights(all);
    }
}
