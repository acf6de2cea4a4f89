package org.amalgam.method;

import org.amalgam.AmalgamException;
import org.amalgam.merge.Slerp;
import org.amalgam.merge.Slerp.Products;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.Scope;
import org.amalgam.tensor.Span;
import org.amalgam.tensor.Tensor;

import java.util.List;

/** Spherical linear interpolation between two fine-tuned models, tensor by tensor; the ancestor takes no part. */
public record SlerpMerging(
        @Setting(value = "0.5", help = "how far to go from the first model to the second, in [0, 1]")
        double t,

        @Setting(
                key = "DOT_THRESHOLD",
                value = "0.9995",
                help = "tensors with a cosine beyond this, in [0, 1), are interpolated linearly")
        double dotThreshold,

        @Setting(value = "1e-8", help = "a tensor of a norm up to this counts as 0 and is not normalised")
        double epsilon)
        implements StaticMethod {

    @Override
    public void requireFit(ModelPool pool) {
        if (!(t >= 0 && t <= 1)) {
            throw new AmalgamException("method.t: " + t + " is not between the two models; give a number from 0 to 1");
        }
        if (!(dotThreshold >= 0 && dotThreshold < 1)) {
            throw new AmalgamException("method.DOT_THRESHOLD: " + dotThreshold
                    + " leaves parallel tensors without an angle; give a number from 0 up to, but not, 1");
        }
        if (!(epsilon >= 0)) {
            throw new AmalgamException("method.epsilon: " + epsilon + " is no norm; give 0 or a small positive number");
        }
        if (pool.experts().size() != 2) {
            throw new AmalgamException("method=slerp interpolates between two fine-tuned models, the pool has "
                    + pool.experts().size() + " (" + String.join(", ", pool.tasks())
                    + "); name two under modelpool.models besides _pretrained_, or take simple_average");
        }
    }

    @Override
    public LazyWeights merged(ModelPool pool, Run run) {
        requireFit(pool);
        return pool.lazily(name -> {
            Slerp way = Slerp.at(t, products(pool, name, run), dotThreshold, epsilon);
            return span -> {
                List<Tensor> ends = pool.values(name, span);
                return way.between(ends.get(0), ends.get(1));
            };
        });
    }

    private static Products products(ModelPool pool, String name, Run run) {
        long elements = pool.ancestor().weights().get(name).elements();
        return run
                .workers()
                .deal(Span.of(elements), span -> {
                    try (Scope scope = Scope.open()) {
                        List<Tensor> ends = pool.values(name, span);
                        return Products.of(ends.get(0), ends.get(1));
                    }
                })
                .stream()
                .reduce(new Products(0, 0, 0), Products::plus);
    }
}
