package org.amalgam.pool;

import org.amalgam.tensor.Tensor;

/** What zero-shot heads are made of: the half of a model of two towers that is not merged. Tensors are float32. */
interface Words {

    /** Whether the model has a text tower at all. */
    boolean present();

    /** From the image tower's features to the space that texts are embedded in: [projection, width]. */
    Tensor projection();

    /** What cosines are multiplied by: {@code exp(logit_scale)}. */
    double scale();

    /**
     * The text tower.
     *
     * @throws org.amalgam.AmalgamException if the model has none
     */
    Tower tower();

    /**
     * A text tower that is mapped.
     *
     * @param longest tokens of the longest text
     */
    record Tower(int longest, Embedding embedding) {}

    /** From token ids [N, tokens], int64 and right-padded, to embeddings [N, projection] that are not normalised. */
    @FunctionalInterface
    interface Embedding {
        Tensor of(Tensor ids);
    }
}
