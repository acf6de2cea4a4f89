package org.amalgam.nn;

import org.amalgam.tensor.Functional;
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

    @Override
    public Tensor apply(Tensor x) {
        long samples = x.size(0);
        long tokens = x.size(1);
        Tensor q = heads(query.apply(x), samples, tokens);
        Tensor k = heads(key.apply(x), samples, tokens);
        Tensor v = heads(value.apply(x), samples, tokens);
        Tensor mixed = Functional.attention(q, k, v, causal);
        return output.apply(mixed.transpose(1, 2).reshape(samples, tokens, -1));
    }

    /** [N, tokens, width] to [N, heads, tokens, head_dim]. */
    private Tensor heads(Tensor x, long samples, long tokens) {
        return x.reshape(samples, tokens, heads, -1).transpose(1, 2);
    }
}
