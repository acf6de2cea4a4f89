package org.amalgam.method;

import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Setting;
import org.amalgam.tensor.Tensor;
import org.amalgam.tensor.Weights;

/** {@code theta_0 + s sum_k tau_k} (Ilharco et al., Editing Models with Task Arithmetic, ICLR 2023). */
public record TaskArithmetic(
        @Setting(value = "0.3", help = "s, the factor of the summed task vectors; any number, 0 gives the ancestor")
        double scalingFactor)
        implements Method {

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        return MergedModel.of(merged(pool));
    }

    /** The merged parameters, float32. */
    Weights merged(ModelPool pool) {
        return pool.mergeEach((name, ancestor, experts) -> {
            // sum_k tau_k = (sum_k theta_k) - K theta_0 would cancel digits: differences first.
            Tensor sum = experts.get(0).sub(ancestor);
            for (Tensor expert : experts.subList(1, experts.size())) {
                sum = sum.add(expert.sub(ancestor));
            }
            return ancestor.add(sum.mul(scalingFactor));
        });
    }
}
