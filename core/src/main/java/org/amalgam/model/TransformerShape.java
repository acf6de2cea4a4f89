package org.amalgam.model;

/**
 * The size of a stack of transformer blocks, and what follows from it for time and memory.
 *
 * @param width of a token's state
 * @param mlpWidth of the feed-forward layers' inner state
 * @param layers number of blocks
 */
public record TransformerShape(int width, int mlpWidth, int layers) {

    /** Floating-point operations of one forward pass over one sample of that many tokens. */
    public double forwardFlops(int tokens) {
        double projections = 2.0 * tokens * (4.0 * width * width + 2.0 * width * mlpWidth);
        double attention = 2.0 * 2.0 * tokens * tokens * width;
        return layers * (projections + attention);
    }

    /** What a block keeps for its backward pass, in widths of a token: norms, projections, sums 10; scaled up, activation 2 mlp. */
    public long activationBytes(int tokens) {
        return (long) layers * tokens * (10L * width + 2L * mlpWidth) * Float.BYTES;
    }
}
