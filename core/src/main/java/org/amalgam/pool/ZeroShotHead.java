package org.amalgam.pool;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;

/**
 * A classifier made of words (Radford et al., 2021): the logit of a class is the scaled cosine of the projected image and the
 * class's text embedding.
 *
 * @param projection the ancestor's visual projection, [projection, width]
 * @param classes unit text embeddings, [C, projection]
 * @param scale {@code exp(logit_scale)}
 */
public record ZeroShotHead(Tensor projection, Tensor classes, double scale) implements Head {

    @Override
    public Tensor logits(Tensor features) {
        return new CosineHead(classes, scale).logits(Functional.linear(features.to(DType.F32), projection));
    }
}
