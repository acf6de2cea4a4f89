package org.amalgam.model;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

/** A network without its head: the part of a model that is merged. */
@FunctionalInterface
public interface Encoder {

    /**
     * One feature vector a sample.
     *
     * @param inputs a batch in the family's own form; images: float32 [N, 3, H, W], normalised; texts: {@link TokenIds}
     * @return features [N, width]
     */
    Tensor features(Tensor inputs);

    /** The same network for passes that record nothing; see {@link org.amalgam.nn.Layer#rounded}. */
    default Encoder rounded(DType type) {
        return this;
    }
}
