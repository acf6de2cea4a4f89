package org.amalgam.mixture;

import org.amalgam.tensor.Tensor;

/** Is told which experts compute, layer by layer; by several threads at once. */
@FunctionalInterface
public interface RoutingObserver {

    /** Looks at nothing. */
    RoutingObserver NONE = (layer, routing) -> {};

    /**
     * A layer has routed some samples or tokens.
     *
     * @param layer the layer's name
     * @param routing [N, K], one row a sample or token (or one row alone, for a whole batch); the observer may not keep it
     */
    void routed(String layer, Tensor routing);
}
