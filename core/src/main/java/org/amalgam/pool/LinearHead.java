package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.checkpoint.Checkpoint;
import org.amalgam.checkpoint.TensorSlot;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;

import java.nio.file.Path;

/**
 * A classifier that was trained with its model: {@code features W^T}.
 *
 * @param weight [classes, width], float32
 */
public record LinearHead(Tensor weight) implements Head {

    private static final String SCORE = "score.weight";

    /**
     * The {@code score} of a {@code GPT2ForSequenceClassification}, mapped in the scope that is open.
     *
     * @param model folder or file of weights
     * @throws AmalgamException if it has none, or one for features of another width
     */
    public static LinearHead of(Path model, int width) {
        return of(Checkpoint.open(model), width);
    }

    /** {@link #of(Path, int)} of a model that is open. */
    static LinearHead of(Checkpoint model, int width) {
        TensorSlot slot = model.slots().get(SCORE);
        if (slot == null) {
            throw new AmalgamException(model.path() + ": there is no tensor " + SCORE
                    + ", which a text's classes are told by; expected a GPT2ForSequenceClassification");
        }
        if (slot.shape().size() != 2 || slot.shape().get(1) != width) {
            throw new AmalgamException(slot.file() + ": " + SCORE + " has shape " + slot.shape()
                    + ", expected [classes, " + width + "], as the ancestor's features have that width");
        }
        return new LinearHead(Model.single(slot).to(DType.F32));
    }

    public int classes() {
        return Math.toIntExact(weight.size(0));
    }

    @Override
    public Tensor logits(Tensor features) {
        return Functional.linear(features.to(DType.F32), weight);
    }
}
