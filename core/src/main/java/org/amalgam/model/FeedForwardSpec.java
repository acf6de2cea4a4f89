package org.amalgam.model;

import org.amalgam.nn.Activation;

import java.util.List;

/** A feed-forward layer that an architecture has: {@code down(activation(up x))}. */
public record FeedForwardSpec(String name, LinearSpec up, Activation activation, LinearSpec down) {

    /** The names of its four parameters. */
    public List<String> parameters() {
        return List.of(up.weight(), up.bias(), down.weight(), down.bias());
    }
}
