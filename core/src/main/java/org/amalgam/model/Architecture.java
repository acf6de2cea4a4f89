package org.amalgam.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.tensor.Weights;

import java.util.List;

/** What the configuration of a model says: which parameters there are, in which order, and how they compute. */
public interface Architecture {

    /** In a word or two, for the user: {@code clip-vit 192x4}. */
    String describe();

    /** Every merged parameter in the network's own order: the columns of layer-wise merging coefficients. */
    List<ParameterSpec> parameters();

    /** A view that computes with these weights: cheap to make, owns nothing. */
    Encoder encoder(Weights weights);

    /** The {@code config.json} of a model that has this architecture's parameters alone, made from the ancestor's. */
    ObjectNode config(JsonNode ancestor);

    /** Floating-point operations of one forward pass over one sample (a multiplication and an addition count two). */
    double forwardFlops();

    /** Native memory in bytes that one sample's activations take until its backward pass, in float32. */
    long activationBytes();
}
