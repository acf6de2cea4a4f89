package org.amalgam.method;

import org.amalgam.adapt.Aggregation;
import org.amalgam.pareto.ExactPareto;
import org.amalgam.pareto.Preference;
import org.amalgam.pool.ModelPool;
import org.amalgam.run.Run;
import org.amalgam.settings.Inlined;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * PWEMoE-EPO (Tang et al., Towards efficient Pareto set approximation via mixture of experts based model fusion, 2024): as
 * {@link ParetoLinearScalarisation}, with losses weighted by the search for the exact Pareto optimum (Mahapatra and Rajan, ICML 2020),
 * so that {@code r_k L_k} becomes alike for all tasks.
 */
public record ParetoExactOptimum(@Inlined ParetoLearning learning) implements ParetoMethod {

    @Override
    public MergedModel merge(ModelPool pool, Run run) {
        return learning.merge(pool, run, ParetoExactOptimum::aggregation);
    }

    /** {@code sum_k K alpha_k L_k} with alpha from the search on the preference of each step. */
    public static Aggregation aggregation(IntFunction<Preference> rays) {
        return new Aggregation.Searched((step, losses, gram) -> {
            ExactPareto.Direction direction = ExactPareto.search(rays.apply(step), losses, gram);
            Map<String, Double> numbers = new LinkedHashMap<>();
            numbers.put("non_uniformity", direction.nonUniformity());
            numbers.put(ParetoLearning.FALLBACK, direction.solved() ? 0.0 : 1.0);
            for (int k = 0; k < losses.length; k++) {
                numbers.put("alpha/" + k, direction.alpha().get(k));
            }
            return new Aggregation.Found(
                    direction.alpha().stream().map(a -> a * losses.length).toList(), numbers);
        });
    }

    @Override
    public long activationBytes(ModelPool pool) {
        return usesTrainingData()
                ? pool.architecture().activationBytes()
                        * learning.dataloaderKwargs().batchSize()
                : 0;
    }
}
