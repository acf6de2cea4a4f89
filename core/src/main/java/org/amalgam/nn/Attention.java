package org.amalgam.nn;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Precision;
import org.amalgam.tensor.Tensor;

/** Multi-head self-attention with separate projections, each [width, width]; causal: no token sees a later one. */
public record Attention(Layer query, Layer key, Layer value, Layer output, int heads, boolean causal) implements Layer {

    /** The layer whose projections are {@code prefix.q_proj}, {@code k_proj}, {@code v_proj} and {@code out_proj}. */
    public static Attention of(Layers layers, String prefix, int heads, boolean causal) {
        return new Attention(
                layers.linear(prefix + ".q_proj"),
                layers.linear(prefix + ".k_proj"),
                layers.linear(prefix + ".v_proj"),
                layers.linear(prefix + ".out_proj"),
                heads,
                causal);
    }

    /** What the three projections read is rounded once for all of them, where products round at all. */
    @Override
    public Tensor apply(Tensor x) {
        Tensor operand = x.to(Precision.products());
        return output.apply(mix(query.apply(operand), key.apply(operand), value.apply(operand), heads, causal));
    }

    @Override
    public Attention rounded(DType type) {
        return new Attention(
                query.rounded(type), key.rounded(type), value.rounded(type), output.rounded(type), heads, causal);
    }

    /** Each head's attention, the heads side by side again: all tensors [N, tokens, width]. */
    static Tensor mix(Tensor query, Tensor key, Tensor value, int heads, boolean causal) {
        Tensor mixed = Functional.attention(split(query, heads), split(key, heads), split(value, heads), causal);
        return mixed.transpose(1, 2).reshape(query.size(0), query.size(1), -1);
    }

    /** [N, tokens, width] to [N, heads, tokens, head_dim]. */
    private static Tensor split(Tensor x, int heads) {
        return x.reshape(x.size(0), x.size(1), heads, -1).transpose(1, 2);
    }
}
