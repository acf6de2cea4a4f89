package org.amalgam.nn;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

/**
 * Multi-head self-attention whose query, key and value come from one projection, side by side in this order; the same function
 * as {@link Attention} with its parts.
 *
 * @param queryKeyValue from width to 3 width
 * @param output from width to width
 * @param causal no token sees a later one
 */
public record FusedAttention(Layer queryKeyValue, Layer output, int heads, boolean causal) implements Layer {

    @Override
    public Tensor apply(Tensor x) {
        Tensor projected = queryKeyValue.apply(x);
        long width = projected.size(2) / 3;
        return output.apply(Attention.mix(
                projected.slice(2, 0, width),
                projected.slice(2, width, width),
                projected.slice(2, 2 * width, width),
                heads,
                causal));
    }

    @Override
    public FusedAttention rounded(DType type) {
        return new FusedAttention(queryKeyValue.rounded(type), output.rounded(type), heads, causal);
    }
}
