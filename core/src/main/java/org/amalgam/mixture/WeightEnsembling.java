package org.amalgam.mixture;

import org.amalgam.nn.Activation;
import org.amalgam.nn.FeedForward;
import org.amalgam.nn.Layer;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

/**
 * A weight-ensembling mixture of experts in a feed-forward layer's place (Tang et al., ICML 2024): the router looks at what enters
 * the layer, and the layer's weights are the ancestor's plus the task vectors in the proportions that the router says, for each
 * sample or once for the batch.
 *
 * @param name the layer that it stands for
 * @param batchReduce whether a batch shares one routing, its mean
 */
public record WeightEnsembling(
        String name,
        Router router,
        boolean batchReduce,
        Experts up,
        Activation activation,
        Experts down,
        RoutingObserver observer)
        implements Layer {

    @Override
    public Tensor apply(Tensor x) {
        Tensor routing = router.route(x, batchReduce);
        observer.routed(name, routing);
        if (isShared()) {
            Tensor shared = routing.select(0, 0);
            return new FeedForward(up.merge(shared), activation, down.merge(shared)).apply(x);
        }
        return down.apply(activation.apply(up.apply(x, routing)), routing);
    }

    /** Whether all samples of a batch have one routing. */
    private boolean isShared() {
        return batchReduce || router instanceof Router.Constant;
    }

    /** One routing merges the experts as they are, and rounds what it merged. */
    @Override
    public WeightEnsembling rounded(DType type) {
        return isShared()
                ? this
                : new WeightEnsembling(
                        name, router, batchReduce, up.rounded(type), activation, down.rounded(type), observer);
    }
}
