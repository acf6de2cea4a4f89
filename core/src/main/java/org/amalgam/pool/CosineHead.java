package org.amalgam.pool;

import org.amalgam.tensor.DType;
import org.amalgam.tensor.Functional;
import org.amalgam.tensor.Tensor;

/**
 * A classifier made of words for features that lie in the words' own space: the logit of a class is the scaled cosine of the
 * image's and the class's embedding.
 *
 * @param classes unit text embeddings, [C, width]
 * @param scale {@code exp(logit_scale)}
 */
public record CosineHead(Tensor classes, double scale) implements Head {

    @Override
    public Tensor logits(Tensor features) {
        Tensor embeddings = features.to(DType.F32);
        return Functional.linear(embeddings.div(embeddings.norm(-1)), classes).mul(scale);
    }
}
