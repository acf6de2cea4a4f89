package org.amalgam.pool;

import org.amalgam.model.TokenIds;
import org.amalgam.tensor.Tensor;

import java.util.List;

/**
 * Samples of one task.
 *
 * @param inputs what the encoder takes; images: float32 [N, 3, H, W], normalised; texts: {@link TokenIds} [N, tokens]
 * @param labels int64 [N]; -1 where a sample has none, see {@link Task#requireLabels}
 */
public record Batch(Tensor inputs, Tensor labels) {

    public int samples() {
        return Math.toIntExact(inputs.size(0));
    }

    /** The inputs of all batches below each other, texts as wide as the longest. */
    public static Tensor joined(List<Batch> batches) {
        List<Tensor> inputs = batches.stream().map(Batch::inputs).toList();
        return TokenIds.are(inputs.get(0)) ? TokenIds.joined(inputs) : Tensor.concat(inputs, 0);
    }

    /** Consecutive samples; views. */
    public Batch slice(int from, int samples) {
        return new Batch(inputs.slice(0, from, samples), labels.slice(0, from, samples));
    }
}
