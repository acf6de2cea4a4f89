package org.amalgam.tensor;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** What neural networks add to the algebra of {@link Tensor}. */
public final class Functional {

    private Functional() {}

    /** {@code x W^T + b}; x [..., in], W [out, in], b [out]. */
    public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return new Tensor(torch.linear(x.handle(), weight.handle(), new TensorOptional(bias.handle())));
    }

    /** {@code x W^T}; x [..., in], W [out, in]. */
    public static Tensor linear(Tensor x, Tensor weight) {
        return new Tensor(torch.linear(x.handle(), weight.handle()));
    }

    /** Normalisation over the last dimension, then scale and shift (Ba et al., 2016). */
    public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double epsilon) {
        return new Tensor(torch.layer_norm(
                x.handle(),
                new long[] {weight.elements()},
                new TensorOptional(weight.handle()),
                new TensorOptional(bias.handle()),
                epsilon,
                true));
    }

    /**
     * Non-overlapping patches through one linear map: x [N, C, H, W], weight [width, C, patch, patch], result [N, patches,
     * width], patches row by row; what of an image is no whole patch is left out. The convolution with the patch as its stride,
     * as one matrix product: libtorch's own is eleven times as slow to differentiate in bfloat16 (136 ms and 12 for ten images).
     */
    public static Tensor patches(Tensor x, Tensor weight) {
        long patch = weight.size(-1);
        long channels = x.size(1);
        long down = x.size(2) / patch;
        long across = x.size(3) / patch;
        Tensor pixels = x.slice(2, 0, down * patch).slice(3, 0, across * patch);
        Tensor pieces = new Tensor(pixels.reshape(x.size(0), channels, down, patch, across, patch)
                .handle()
                .permute(0, 2, 4, 1, 3, 5));
        return linear(
                pieces.reshape(x.size(0), down * across, channels * patch * patch), weight.reshape(weight.size(0), -1));
    }

    /** Rows of {@code table} [entries, width] at the int64 indices. */
    public static Tensor embedding(Tensor table, Tensor indices) {
        return new Tensor(torch.embedding(table.handle(), indices.handle()));
    }

    /**
     * Softmax attention (Vaswani et al., 2017), scaled by head_dim^-0.5. The softmax is float32 inside whatever the precision. In
     * bfloat16 and without a mask its products are products like the others: forward and back at 16 x 12 heads of 50 tokens they
     * take 11 ms, libtorch's fused attention 180 in bfloat16 and 20 in float32. Else it is the fused one, in float32, which keeps
     * no matrix of tokens by tokens.
     *
     * @param query [N, heads, tokens, head_dim], as are key and value
     * @param causal whether a token sees only itself and those before it
     */
    public static Tensor attention(Tensor query, Tensor key, Tensor value, boolean causal) {
        return !causal && Precision.products() == DType.BF16
                ? attentionByProducts(query, key, value)
                : Precision.full(() -> fusedAttention(query, key, value, causal));
    }

    private static Tensor attentionByProducts(Tensor query, Tensor key, Tensor value) {
        Tensor scores = query.matmul(key.transpose(2, 3)).mul(1 / Math.sqrt((double) query.size(3)));
        return Precision.full(() -> softmax(scores)).matmul(value);
    }

    private static Tensor fusedAttention(Tensor query, Tensor key, Tensor value, boolean causal) {
        return new Tensor(torch.scaled_dot_product_attention(
                query.to(DType.F32).handle(),
                key.to(DType.F32).handle(),
                value.to(DType.F32).handle(),
                new TensorOptional(),
                0.0,
                causal,
                new DoubleOptional(),
                false));
    }

    /**
     * {@code x sigmoid(1.702 x)}, the activation of OpenAI's CLIP, as {@code silu(1.702 x) / 1.702}. Overwrites {@code x}, which is
     * no leaf and which nobody else needs. The derivative is that of silu at 1.702 x: the two factors cancel, so they are applied
     * in place and are not recorded, which leaves three passes over the memory of nine.
     */
    public static Tensor quickGeluInPlace(Tensor x) {
        x.detach().mulInPlace(1.702);
        Tensor activated = new Tensor(torch.silu(x.handle()));
        activated.detach().mulInPlace(1 / 1.702);
        return activated;
    }

    /** {@code max(x, 0)}. */
    public static Tensor relu(Tensor x) {
        return new Tensor(torch.relu(x.handle()));
    }

    /** {@code x Phi(x)} with the exact normal distribution function. */
    public static Tensor gelu(Tensor x) {
        return new Tensor(torch.gelu(x.handle()));
    }

    /** {@code x Phi(x)} with the distribution function approximated by tanh (Hendrycks and Gimpel, 2016). */
    public static Tensor tanhGelu(Tensor x) {
        return new Tensor(torch.gelu(x.handle(), "tanh"));
    }

    /** Softmax over the last dimension. */
    public static Tensor softmax(Tensor x) {
        return new Tensor(torch.softmax(x.handle(), -1));
    }

    /** Logarithm of the softmax over the last dimension. */
    public static Tensor logSoftmax(Tensor x) {
        return new Tensor(torch.log_softmax(x.handle(), -1));
    }

    /** The {@code count} largest values along the last dimension where they are, and 0 everywhere else. */
    public static Tensor largest(Tensor x, int count) {
        T_TensorTensor_T best = torch.topk(x.handle(), count);
        return new Tensor(torch.zeros_like(x.handle()).scatter_(-1, best.get1(), best.get0()));
    }

    /** Cross-entropy of logits [N, C] against int64 labels [N]: a vector [N]. */
    public static Tensor crossEntropy(Tensor logits, Tensor labels) {
        return new Tensor(
                torch.cross_entropy_loss(logits.handle(), labels.handle(), new TensorOptional(), 0, -100, 0.0));
    }
}
