package org.amalgam.pool;

import org.amalgam.tensor.Tensor;

/** What a task puts on a merged encoder; never merged itself. */
@FunctionalInterface
public interface Head {

    /** Logits [N, C], float32, from features [N, width]. */
    Tensor logits(Tensor features);
}
