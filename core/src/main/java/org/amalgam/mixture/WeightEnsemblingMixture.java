package org.amalgam.mixture;

import org.amalgam.model.Encoder;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.LinkedHashMap;
import java.util.Map;

/** An upscaled model with its routers: what WEMoE and E-WEMoE make. */
public record WeightEnsemblingMixture(Upscaled model, RouterSpec spec, Weights routers) implements Mixture {

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
        description.put("kind", "weight_ensembling");
        description.put("router_hidden_layers", Integer.toString(spec.depth()));
        description.put("experts", Integer.toString(spec.experts()));
        description.put("shared_gate", Boolean.toString(spec.shared()));
        description.put("position_encoding_dim", Integer.toString(spec.encoding()));
        return description;
    }
}
