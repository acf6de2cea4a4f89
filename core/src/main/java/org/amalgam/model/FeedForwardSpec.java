package org.amalgam.model;

import org.amalgam.nn.Activation;
import org.amalgam.nn.FeedForward;
import org.amalgam.nn.Layer;
import org.amalgam.nn.Layers;

import java.util.List;

/** A feed-forward layer that an architecture has: {@code down(activation(up x))}. */
public record FeedForwardSpec(String name, LinearSpec up, Activation activation, LinearSpec down) {

    /** The layer that computes it. */
    public Layer in(Layers layers) {
        return layers.layer(name, () -> new FeedForward(up.in(layers), activation, down.in(layers)));
    }

    /** The names of its four parameters. */
    public List<String> parameters() {
        return List.of(up.weight(), up.bias(), down.weight(), down.bias());
    }
}
