package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.Tensor;

import java.util.List;

/** {@code sum_k w_k theta_k} over the fine-tuned models; the ancestor takes no part. */
public record WeightedAverage(
        @Setting(value = "null", help = "one number a model, in the pool's order; null gives each the same")
        List<Double> weights,

        @Setting(value = "true", help = "divide the weights by their sum first")
        boolean normalize)
        implements StaticMethod {

    @Override
    public void requireFit(ModelPool pool) {
        shares(pool);
    }

    @Override
    public LazyWeights merged(ModelPool pool, Run run) {
        Tensor shares = Tensor.of(shares(pool), pool.tasks().size());
        return pool.lazily(name -> span -> {
            Tensor rows = Tensor.stack(pool.values(name, span));
            return Tensor.zeros(span.length()).addMatrixVector(rows.transpose(0, 1), shares);
        });
    }

    private float[] shares(ModelPool pool) {
        int models = pool.tasks().size();
        List<Double> given = weights == null ? java.util.Collections.nCopies(models, 1.0) : weights;
        if (given.size() != models) {
            throw new AmalgamException("method.weights has " + given.size() + " numbers for " + models + " models ("
                    + String.join(", ", pool.tasks()) + "); give one a model");
        }
        double sum = given.stream().mapToDouble(Double::doubleValue).sum();
        if (normalize && !(Math.abs(sum) > 1e-12)) {
            throw new AmalgamException(
                    "method.weights sum to " + sum + ", which cannot be normalised to 1; set method.normalize=false");
        }
        float[] shares = new float[models];
        for (int k = 0; k < models; k++) {
            shares[k] = (float) (normalize ? given.get(k) / sum : given.get(k));
        }
        return shares;
    }
}
