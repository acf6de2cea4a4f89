package org.amalgam.adapt;

import org.amalgam.tensor.Weights;

import java.util.function.ObjIntConsumer;

/**
 * Parameters that are kept on the way.
 *
 * @param every steps from one to the next; 0 for none at all
 * @param keep is given the parameters and how many steps made them
 */
public record Checkpoints(int every, ObjIntConsumer<Weights> keep) {

    /** None is kept. */
    public static final Checkpoints NONE = new Checkpoints(0, (parameters, done) -> {});

    void keepIfDue(Weights parameters, int done) {
        if (every > 0 && done % every == 0) {
            keep.accept(parameters, done);
        }
    }
}
