package org.amalgam.pool;

import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.TensorSlot;

import java.util.Map;

/** Under which names checkpoints hold the part of a model that is merged. */
@FunctionalInterface
interface Naming {

    /**
     * The part's tensors by canonical names, which the architecture uses.
     *
     * @throws org.amalgam.AmalgamException if the checkpoint has no such part
     */
    Map<String, TensorSlot> canonical(Checkpoint checkpoint);
}
