package org.amalgam.method;

import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.Tensor;

/**
 * The mean of the fine-tuned models (Wortsman et al., Model Soups, ICML 2022). The ancestor takes no part: it only lends its
 * names and shapes.
 */
public record SimpleAverage() implements StaticMethod {

    @Override
    public LazyWeights merged(ModelPool pool, Run run) {
        return pool.lazily(name -> span -> Tensor.stack(pool.values(name, span)).mean(0));
    }
}
