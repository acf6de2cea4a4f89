package org.amalgam.mixture;

import org.amalgam.nn.Layer;
import org.amalgam.tensor.Tensor;

import java.util.function.Consumer;

/** A linear map that sends every token to experts of its own. */
public interface RoutedLinear extends Layer {

    /**
     * Hidden states [..., in] to hidden states [..., out].
     *
     * @param observer is told what each expert weighs for each token [T, K]
     */
    Tensor apply(Tensor x, Consumer<Tensor> observer);

    @Override
    default Tensor apply(Tensor x) {
        return apply(x, routing -> {});
    }

    /** The layer that tells an observer, under its name, how each token was routed. */
    default Layer observed(String name, RoutingObserver observer) {
        return x -> apply(x, routing -> observer.routed(name, routing));
    }
}
