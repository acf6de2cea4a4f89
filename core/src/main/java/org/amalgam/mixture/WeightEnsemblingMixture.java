package org.amalgam.mixture;

import org.amalgam.model.Architecture;
import org.amalgam.model.Encoder;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.Map;

/** An upscaled model with its routers: what WEMoE and E-WEMoE make. */
public record WeightEnsemblingMixture(Upscaled model, RouterSpec spec, Weights routers) implements Mixture {

    /** What its files say they are. */
    static final String KIND = "weight_ensembling";

    private static final String DEPTH = "router_hidden_layers";
    private static final String EXPERTS = "experts";
    private static final String SHARED = "shared_gate";
    private static final String ENCODING = "position_encoding_dim";
    private static final String WIDTH = "width";

    /**
     * The mixture that was saved as {@link #weights} and {@link #description}.
     *
     * @throws IllegalArgumentException if something is missing
     */
    static WeightEnsemblingMixture read(Architecture architecture, Weights parts, Map<String, String> description) {
        RouterSpec spec = new RouterSpec(
                Mixtures.integer(description, DEPTH),
                Mixtures.integer(description, WIDTH),
                Mixtures.integer(description, EXPERTS),
                0,
                Boolean.parseBoolean(description.get(SHARED)),
                Mixtures.integer(description, ENCODING));
        Upscaled model = Upscaled.read(architecture, parts);
        Map<String, Tensor> routers = new LinkedHashMap<>();
        for (String name : spec.names(model.names())) {
            routers.put(name, parts.get(name));
        }
        return new WeightEnsemblingMixture(model, spec, new Weights(routers));
    }

    @Override
    public Encoder encoder(boolean batchReduce, RoutingObserver observer) {
        return model.encoder(spec, routers, batchReduce, observer);
    }

    @Override
    public ParameterCount parameters() {
        return new ParameterCount(routers.parameters(), model.parameters() + routers.parameters());
    }

    @Override
    public Weights weights() {
        Map<String, Tensor> all = model.tensors();
        all.putAll(routers.entries());
        return new Weights(all);
    }

    @Override
    public Map<String, String> description() {
        Map<String, String> description = new LinkedHashMap<>();
        description.put(Mixtures.KIND, KIND);
        description.put(DEPTH, Integer.toString(spec.depth()));
        description.put(WIDTH, Integer.toString(spec.width()));
        description.put(EXPERTS, Integer.toString(spec.experts()));
        description.put(SHARED, Boolean.toString(spec.shared()));
        description.put(ENCODING, Integer.toString(spec.encoding()));
        return description;
    }
}
