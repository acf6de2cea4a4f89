package org.amalgam.checkpoint;

/**
 * What an adapter adds to a matrix: {@code scale * up * down}.
 *
 * @param down [rank, in], {@code lora_A}
 * @param up [out, rank], {@code lora_B}
 * @param scale what their product is multiplied with
 * @param transposed whether the matrix is stored [in, out], and the product is turned
 */
public record LowRankUpdate(TensorSlot down, TensorSlot up, double scale, boolean transposed) {}
