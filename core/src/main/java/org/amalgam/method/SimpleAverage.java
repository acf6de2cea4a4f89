package org.amalgam.method;

import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.tensor.Tensor;

/**
 * The mean of the fine-tuned models (Wortsman et al., Model Soups, ICML 2022). The ancestor takes no part: it only lends its
 * names and shapes.
 */
public record SimpleAverage() implements Method {

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        return MergedModel.of(pool.mergeEach(
                (name, ancestor, experts) -> Tensor.stack(experts).mean(0)));
    }
}
