package org.amalgam.method;

import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.tensor.Crew;
import org.amalgam.tensor.LazyWeights;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

import java.util.List;

/** {@code theta_0 + s sum_k tau_k} (Ilharco et al., Editing Models with Task Arithmetic, ICLR 2023). */
public record TaskArithmetic(
        @Setting(value = "0.3", help = "s, the factor of the summed task vectors; any number, 0 gives the ancestor")
        double scalingFactor)
        implements StaticMethod {

    @Override
    public LazyWeights merged(ModelPool pool, Run run) {
        return merged(pool);
    }

    /** The merged parameters in memory. */
    Weights held(ModelPool pool) {
        return merged(pool).held(Crew.ALONE);
    }

    private LazyWeights merged(ModelPool pool) {
        return pool.lazily(name -> span -> {
            Tensor ancestor = pool.ancestor().values(name, span);
            List<Tensor> experts = pool.values(name, span);
            // sum_k tau_k = (sum_k theta_k) - K theta_0 would cancel digits: differences first.
            Tensor sum = experts.get(0).sub(ancestor);
            for (Tensor expert : experts.subList(1, experts.size())) {
                sum = sum.add(expert.sub(ancestor));
            }
            return ancestor.add(sum.mul(scalingFactor));
        });
    }
}
