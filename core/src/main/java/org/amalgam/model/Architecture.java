package org.amalgam.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.amalgam.nn.Layers;
import org.amalgam.tensor.Weights;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the configuration of a model says: which parameters there are, in which order, and how they compute. */
public interface Architecture {

    /** In a word or two, for the user: {@code clip-vit 192x4}. */
    String describe();

    /** Every merged parameter in the network's own order: the columns of layer-wise merging coefficients. */
    List<ParameterSpec> parameters();

    /** What is computed with the parameters and shows in no shape of theirs, by the configuration's keys: as texts and numbers. */
    default Map<String, Object> computation() {
        return Map.of();
    }

    /** {@link #computation()} in one line, by the order of the keys: with equal ones, equal weights compute equal numbers. */
    default String computed() {
        return new TreeMap<>(computation()).toString();
    }

    /** Number of scalars of all parameters. */
    default long elements() {
        return parameters().stream().mapToLong(ParameterSpec::elements).sum();
    }

    /** A view that computes with these weights: cheap to make, owns nothing. */
    default Encoder encoder(Weights weights) {
        return encoder(Layers.of(weights));
    }

    /** A view that computes with these layers; parameters of layers that are replaced need not be there. */
    Encoder encoder(Layers layers);

    /** The feed-forward layers of the blocks, first block first: what mixtures of experts upscale. */
    List<FeedForwardSpec> feedForwards();

    /** The attention layers of the blocks, first block first. */
    List<AttentionSpec> attentions();

    /**
     * Every linear map of every block that has a name of its own (projections of the attention, both maps of the feed-forward
     * layers), in order. OpenCLIP's query, key and value, fused in one matrix, are no such map: they are three, and attention
     * keeps them. GPT-2's are one, as the reference has it.
     */
    List<LinearSpec> linears();

    /** What {@link Encoder#features} gives. */
    FeatureSpec features();

    /** The {@code config.json} of a model that has this architecture's parameters alone, made from the ancestor's. */
    ObjectNode config(JsonNode ancestor);

    /** Floating-point operations of one forward pass over one sample (a multiplication and an addition count two). */
    double forwardFlops();

    /** Native memory in bytes that one sample's activations take until its backward pass, in float32. */
    long activationBytes();
}
