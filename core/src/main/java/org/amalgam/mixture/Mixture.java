package org.amalgam.mixture;

import org.amalgam.model.Encoder;
import org.amalgam.tensor.Weights;

import java.util.Map;

/**
 * A merged network that is not one set of weights: what computes depends on the input. WEMoE merges experts anew for every
 * sample, SMILE sends every token through some of them.
 */
public interface Mixture {

    /**
     * A view that computes; cheap to make, owns nothing.
     *
     * @param batchReduce whether a batch shares one routing, averaged over it, as the reference evaluates WEMoE; then results
     *     depend on how samples are batched. Mixtures that route tokens do not look at it.
     * @param observer is told how samples were routed
     */
    Encoder encoder(boolean batchReduce, RoutingObserver observer);

    ParameterCount parameters();

    /** Every tensor that it is made of, by name, for a file of its own; together with {@link #description} it is whole. */
    Weights weights();

    /** Kind and settings: what reading the file again needs besides tensors. */
    Map<String, String> description();
}
