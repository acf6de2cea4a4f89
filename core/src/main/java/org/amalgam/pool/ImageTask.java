package org.amalgam.pool;

import org.amalgam.AmalgamException;
import org.amalgam.data.dataset.PixelBatch;
import org.amalgam.data.dataset.PixelStore;
import org.amalgam.tensor.Tensor;

/** A classification task over images. */
public record ImageTask(String name, PixelStore images, Head head, String fingerprint) implements Task {

    @Override
    public int size() {
        return images.dataset().size();
    }

    @Override
    public Batch batch(int[] rows) {
        PixelBatch batch = images.batch(rows);
        float[] inputs = images.processor().normalise(batch.pixels());
        return new Batch(
                Tensor.of(inputs, batch.n(), 3, batch.height(), batch.width()), Tensor.of(batch.labels(), batch.n()));
    }

    @Override
    public void requireLabels() {
        images.dataset().hiddenLabels().ifPresent(fault -> {
            throw new AmalgamException(fault);
        });
    }

    @Override
    public void prefetch(int[] rows) {
        images.prefetch(rows);
    }
}
