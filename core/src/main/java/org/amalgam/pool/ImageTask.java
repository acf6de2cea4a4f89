package org.amalgam.pool;

import org.amalgam.data.dataset.PixelBatch;
import org.amalgam.data.dataset.PixelStore;
import org.amalgam.data.image.ImageProcessor;
import org.amalgam.tensor.DType;
import org.amalgam.tensor.Tensor;

/** A classification task over images. */
public record ImageTask(String name, PixelStore images, ImageProcessor processor, Head head, String fingerprint)
        implements Task {

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public Batch batch(int[] rows) {
        PixelBatch pixels = images.batch(rows);
        Tensor bytes = Tensor.of(
                DType.U8, new long[] {pixels.n(), 3, pixels.height(), pixels.width()}, pixels.pixels());
        return new Batch(normalise(bytes), Tensor.of(pixels.labels(), pixels.n()));
    }

    @Override
    public void prefetch(int[] rows) {
        images.prefetch(rows);
    }

    private Tensor normalise(Tensor bytes) {
        return bytes.to(DType.F32)
                .mul(processor.rescaleFactor())
                .sub(channels(processor.mean()))
                .div(channels(processor.std()));
    }

    private static Tensor channels(float[] values) {
        return Tensor.of(values, 1, 3, 1, 1);
    }
}
