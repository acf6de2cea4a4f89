package org.amalgam.method;

import org.amalgam.adapt.Aggregation;
import org.amalgam.pareto.Preference;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Inlined;

import java.util.function.IntFunction;

/**
 * PWEMoE-LS (Tang et al., Towards efficient Pareto set approximation via mixture of experts based model fusion, 2024): routers that
 * read a preference r and make of it the merging coefficients of every upscaled layer, learned to make {@code sum_k r_k L_k} small.
 */
public record ParetoLinearScalarisation(@Inlined ParetoLearning learning) implements ParetoMethod {

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        return learning.merge(pool, run, ParetoLinearScalarisation::aggregation);
    }

    /** {@code sum_k r_k L_k} with the preference r of each step. */
    public static Aggregation aggregation(IntFunction<Preference> rays) {
        return new Aggregation.Scalarised(
                (step, task) -> rays.apply(step).weights().get(task));
    }

    @Override
    public long activationBytes(ModelPool pool) {
        return usesTrainingData()
                ? pool.architecture().activationBytes()
                        * learning.dataloaderKwargs().batchSize()
                        * pool.tasks().size()
                : 0;
    }
}
