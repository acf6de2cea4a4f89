package org.amalgam.model.plain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.AmalgamException;
import org.amalgam.model.Architecture;
import org.amalgam.model.AttentionSpec;
import org.amalgam.model.Encoder;
import org.amalgam.model.FeatureSpec;
import org.amalgam.model.FeedForwardSpec;
import org.amalgam.model.LinearSpec;
import org.amalgam.model.ParameterSpec;
import org.amalgam.nn.Layers;

import java.util.List;

/**
 * A model of which nothing is known but its tensors: enough to merge it, not to run it. Whoever asks for a network, or for what
 * its parameters do in one, is refused.
 *
 * @param type what its configuration calls it
 * @param parameters in the checkpoint's order
 * @param refusal the sentence for those who ask for more
 */
public record PlainArchitecture(String type, List<ParameterSpec> parameters, String refusal) implements Architecture {

    public PlainArchitecture {
        parameters = List.copyOf(parameters);
    }

    @Override
    public String describe() {
        return type;
    }

    @Override
    public Encoder encoder(Layers layers) {
        throw unknown();
    }

    @Override
    public List<FeedForwardSpec> feedForwards() {
        throw unknown();
    }

    @Override
    public List<AttentionSpec> attentions() {
        throw unknown();
    }

    @Override
    public List<LinearSpec> linears() {
        throw unknown();
    }

    @Override
    public FeatureSpec features() {
        throw unknown();
    }

    @Override
    public ObjectNode config(JsonNode ancestor) {
        return ancestor.deepCopy();
    }

    /** None: nothing is ever computed with it. */
    @Override
    public double forwardFlops() {
        return 0;
    }

    /** None: nothing is ever computed with it. */
    @Override
    public long activationBytes() {
        return 0;
    }

    private AmalgamException unknown() {
        return new AmalgamException(refusal);
    }
}
