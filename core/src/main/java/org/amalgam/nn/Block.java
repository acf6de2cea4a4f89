package org.amalgam.nn;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

/** A transformer block with the norms in front: {@code x + attention(norm1 x)}, then {@code x + feedForward(norm2 x)}. */
public record Block(Layer norm1, Layer attention, Layer norm2, Layer feedForward) implements Layer {

    @Override
    public Tensor apply(Tensor x) {
        Tensor attended = x.add(attention.apply(norm1.apply(x)));
        return attended.add(feedForward.apply(norm2.apply(attended)));
    }

    @Override
    public Block rounded(DType type) {
        return new Block(norm1, attention.rounded(type), norm2, feedForward.rounded(type));
    }
}
